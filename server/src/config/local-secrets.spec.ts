import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnvironment } from './environment.js';
import { ENCRYPTION_KEY_FILE, JWT_SECRET_FILE, loadMasterSecrets } from './local-secrets.js';

describe('the secrets of an installation on loopback', () => {
  let directory: string;
  const environment = (variables: Record<string, string> = {}) =>
    parseEnvironment({
      DATABASE_URL: 'postgres://localhost/ccs',
      DATA_DIR: join(directory, 'data'),
      ...variables,
    });

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ccs-secrets-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are made once, kept in files only the owner can read, and the same at the next start', () => {
    const first = loadMasterSecrets(environment());
    for (const name of [JWT_SECRET_FILE, ENCRYPTION_KEY_FILE]) {
      expect(statSync(join(directory, 'data', name)).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(join(directory, 'data'))).toHaveLength(2);
    const second = loadMasterSecrets(environment());
    expect(second.keyFor('stored-secrets')).toEqual(first.keyFor('stored-secrets'));
    expect(second.keyFor('access-token')).toEqual(first.keyFor('access-token'));
  });

  it('come from the environment when it has them, and then leave no file', () => {
    const variables = { JWT_SECRET_KEY: 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs', ENCRYPTION_KEY: '5f'.repeat(32) };
    const secrets = loadMasterSecrets(environment(variables));
    expect(() => readdirSync(join(directory, 'data'))).toThrow(/ENOENT/);
    const otherJwt = loadMasterSecrets(environment({ ...variables, JWT_SECRET_KEY: 'Z'.repeat(40) }));
    expect(otherJwt.keyFor('access-token')).not.toEqual(secrets.keyFor('access-token'));
    expect(otherJwt.keyFor('stored-secrets')).toEqual(secrets.keyFor('stored-secrets'));
  });

  it('are different for each purpose', () => {
    const secrets = loadMasterSecrets(environment());
    const keys = (['access-token', 'api-key-digest', 'stored-secrets'] as const).map((purpose) =>
      Buffer.from(secrets.keyFor(purpose)).toString('hex'),
    );
    expect(new Set(keys).size).toBe(3);
  });

  it('stop the start in words when the file holds something else', () => {
    loadMasterSecrets(environment());
    const path = join(directory, 'data', ENCRYPTION_KEY_FILE);
    chmodSync(path, 0o600);
    writeFileSync(path, 'oops');
    expect(() => loadMasterSecrets(environment())).toThrow(/encryption\.key does not hold an encryption key/);
    expect(readFileSync(path, 'utf8')).toBe('oops');
  });

  it('stop the start in words when DATA_DIR is no directory', () => {
    writeFileSync(join(directory, 'data'), '');
    expect(() => loadMasterSecrets(environment())).toThrow(/Check DATA_DIR/);
  });

  it('print nothing of themselves', () => {
    expect(JSON.stringify({ secrets: loadMasterSecrets(environment()) })).toBe('{"secrets":"[secret]"}');
  });
});
