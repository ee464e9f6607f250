import { describe, expect, it } from '@jest/globals';
import { format, inspect } from 'node:util';
import { Secret } from './secret.js';

describe('a secret', () => {
  const secret = new Secret('CANARY');

  it.each<[string, () => unknown]>([
    ['String', () => String(secret)],
    ['a text it is joined to', () => ['', secret].join('')],
    ['JSON', () => JSON.stringify({ secret })],
    ['inspect, with everything that is hidden', () => inspect({ secret }, { showHidden: true, depth: 9 })],
    ['%s, %o, %O and %j', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['its fields', () => Reflect.ownKeys(secret).map(String).join() + JSON.stringify(Object.entries(secret))],
    ['a copy', () => inspect({ ...secret, copy: Object.assign({}, secret) })],
    ['the message of an error', () => new Error(String(secret), { cause: secret }).message],
  ])('does not tell its value to %s', (_, print) => {
    expect(print()).not.toContain('CANARY');
  });

  it('tells it to whoever asks for it', () => {
    expect(secret.reveal()).toBe('CANARY');
  });
});
