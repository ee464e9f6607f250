import { describe, expect, it } from '@jest/globals';
import { namedOwnSecret, resolveReferences } from './references.js';

const VARIABLES = {
  KEY: 'k1',
  HOST_NAME: 'api.example.com',
  EMPTY: '',
  JWT_SECRET_KEY: 'never',
  GITHUB_CLIENT_SECRET: 'never',
};

describe('references', () => {
  it.each([
    ['plain', 'plain'],
    ['${KEY}', 'k1'],
    ['Bearer ${KEY}.${KEY}', 'Bearer k1.k1'],
    ['https://${HOST_NAME}/v1', 'https://api.example.com/v1'],
    ['${NOT_SET:-fallback}', 'fallback'],
    ['${EMPTY:-fallback}', 'fallback'],
    ['${NOT_SET:-}', ''],
    ['${KEY:-fallback}', 'k1'],
    ['$KEY ${} ${1X} ${KEY', '$KEY ${} ${1X} ${KEY'],
    ['${KEY:-$&}', 'k1'],
    ['${NOT_SET:-$&}', '$&'],
  ])('resolves %s to %s', (text, value) => {
    expect(resolveReferences(text, VARIABLES)).toEqual({ value, unset: null });
  });

  it.each([
    ['${NOT_SET}', 'NOT_SET'],
    ['${EMPTY}', 'EMPTY'],
    ['${KEY} ${A} ${B}', 'A'],
    ['${JWT_SECRET_KEY}', 'JWT_SECRET_KEY'],
    ['${GITHUB_CLIENT_SECRET}', 'GITHUB_CLIENT_SECRET'],
  ])('has no value for %s: %s is missing', (text, unset) => {
    expect(resolveReferences(text, VARIABLES)).toEqual({ value: null, unset });
  });

  it.each([
    'JWT_SECRET_KEY',
    'ENCRYPTION_KEY',
    'DATABASE_URL',
    'REDIS_URL',
    'ADMIN_PASSWORD',
    'METRICS_TOKEN',
    'OIDC_CLIENT_SECRET',
    'jwt_secret_key',
  ])('knows %s for a secret of the gateway', (name) => {
    expect(namedOwnSecret(`x \${KEY} \${${name}:-y}`)).toBe(name);
  });
});
