import { describe, expect, it } from '@jest/globals';
import { MasterSecrets } from '../config/master-secrets.js';
import { SecretBox, UnreadableSecretError, type SealedPlace } from './secret-box.js';

const PLACE: SealedPlace = { table: 'providers', column: 'api_key', row: 1 };
const boxWith = (byte: number) => new SecretBox(new MasterSecrets(Buffer.alloc(32), Buffer.alloc(32, byte)));

type Opening = (sealed: string) => [SecretBox, string, SealedPlace];

describe('the box for stored secrets', () => {
  const box = boxWith(7);

  it('opens what it sealed, in the same place, in any process with the same key', () => {
    const sealed = box.seal('sk-schlüssel', PLACE);
    expect(sealed).toMatch(/^gcm1\.[0-9a-f]{8}\.[\w-]+$/);
    expect(boxWith(7).open(sealed, PLACE).reveal()).toBe('sk-schlüssel');
  });

  it('never seals the same way twice', () => {
    expect(box.seal('x', PLACE)).not.toBe(box.seal('x', PLACE));
  });

  it.each<[string, Opening]>([
    ['another row', (sealed) => [box, sealed, { ...PLACE, row: 2 }]],
    ['another column', (sealed) => [box, sealed, { ...PLACE, column: 'custom_headers.a' }]],
    ['another key', (sealed) => [boxWith(8), sealed, PLACE]],
    [
      'another key that claims to be this one',
      (sealed) => [boxWith(8), sealed.replace(box.keyId, boxWith(8).keyId), PLACE],
    ],
    [
      'a changed byte',
      (sealed) => [box, `${sealed.slice(0, -3)}${sealed.endsWith('AAA') ? 'BBB' : 'AAA'}`, PLACE],
    ],
    ['a cut text', (sealed) => [box, sealed.slice(0, 30), PLACE]],
    ['a plain text', () => [box, 'sk-plain', PLACE]],
    ['nothing', () => [box, '', PLACE]],
  ])('opens nothing with %s, and names no secret', (_, change) => {
    const [opener, sealed, place] = change(box.seal('CANARY', PLACE));
    expect(() => opener.open(sealed, place)).toThrow(UnreadableSecretError);
    expect(() => opener.open(sealed, place)).not.toThrow(/CANARY|gcm1/);
  });
});
