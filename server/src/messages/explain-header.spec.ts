import { describe, expect, it } from '@jest/globals';
import type { CandidateTrace } from './attempt-result.js';
import { explainHeader, wantsExplanation } from './explain-header.js';
import type { MessageCall } from './message-call.js';

const call = (headers: Record<string, string>, isAdmin: boolean, permissions: string[]) =>
  ({ headers, principal: { isAdmin, permissions: new Set(permissions) } }) as unknown as MessageCall; // what is read of one

const candidate = (provider: string): CandidateTrace => ({
  providerId: 1,
  provider,
  dialect: 'openai',
  model: 'm',
  fate: 'cooling',
  reason: 'throttled, for 3 s more',
});

describe('x-ccs-explain', () => {
  it.each([
    [{ 'x-ccs-explain': '1' }, true, [], true],
    [{ 'x-ccs-explain': '1' }, false, ['chat', 'stats'], true],
    [{ 'x-ccs-explain': '1' }, false, ['providers'], true],
    [{ 'x-ccs-explain': '1' }, false, ['chat'], false],
    [{ 'x-ccs-explain': '0' }, true, [], false],
    [{}, true, [], false],
  ])('for the headers %j of an administrator (%p) with %j: %p', (headers, isAdmin, permissions, expected) => {
    expect(wantsExplanation(call(headers as Record<string, string>, isAdmin, permissions))).toBe(expected);
  });

  it('is JSON in ASCII', () => {
    const value = explainHeader([], [candidate('通义')])['x-ccs-explain'];
    expect(value).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(value)).toEqual([
      { target: '通义/m', fate: 'cooling', reason: 'throttled, for 3 s more' },
    ]);
  });

  it('has at most 4 KB, whole entries, and says how many are missing', () => {
    const all = Array.from({ length: 200 }, (_, i) => candidate(`provider-${i}`));
    const value = explainHeader([], all)['x-ccs-explain'];
    expect(value.length).toBeGreaterThan(3_900);
    expect(value.length).toBeLessThanOrEqual(4_096);
    const entries = JSON.parse(value) as { more?: number }[];
    expect(entries.at(-1)?.more).toBe(200 - (entries.length - 1));
  });
});
