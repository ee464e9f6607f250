import { describe, expect, it } from '@jest/globals';
import { randomUUIDv7 } from 'node:crypto';
import { idRange, timeOfUuid, uuidOf } from './request-id.js';

describe('a request id', () => {
  it('is read with and without its prefix, and says when the call was', () => {
    const uuid = randomUUIDv7();
    expect(uuidOf(`req_${uuid}`)).toBe(uuid);
    expect(uuidOf(uuid.toUpperCase())).toBe(uuid);
    expect(Math.abs(timeOfUuid(uuid) - Date.now())).toBeLessThan(1_000);
  });

  it('is nothing else', () => {
    for (const text of ['', 'req_', '12', '0b0e1c0a-9a3b-4c1e-8f53-3f1c1f4a5b6c', `req_${randomUUIDv7()}x`])
      expect(uuidOf(text)).toBeNull();
  });

  it.each([8, 12, 13, 20, 32])('is found by its first %i digits', (length) => {
    const uuid = randomUUIDv7();
    const range = idRange(uuid.replaceAll('-', '').slice(0, length));
    expect(range).not.toBeNull();
    expect(uuid >= (range?.first ?? 'g') && uuid <= (range?.last ?? '')).toBe(true);
    expect(timeOfUuid(uuid)).toBeGreaterThanOrEqual(range?.fromMs ?? Infinity);
    expect(timeOfUuid(uuid)).toBeLessThanOrEqual(range?.toMs ?? -1);
  });

  it('does not begin like a session id, a word, or a few digits', () => {
    for (const text of ['8c5a7998-64de-4aa1-9bd0-3f1c1f4a5b6c', 'session-1', '019a', 'deadbeef'])
      expect(idRange(text)).toBeNull();
  });
});
