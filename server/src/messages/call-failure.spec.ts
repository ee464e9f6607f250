import { describe, expect, it } from '@jest/globals';
import { UpstreamError, type UpstreamErrorCode } from '../errors/upstream-error.js';
import { decisiveFailure, nobodyAvailable } from './call-failure.js';
import type { MessageTarget } from './message-call.js';
import { Candidate } from './target-plan.js';
import { ProviderCondition } from '../resilience/provider-condition.js';

const target = { provider: { name: 'p' }, model: 'm', tier: null } as MessageTarget; // what a message names of one

const failed = (code: UpstreamErrorCode, retryAfterSeconds?: number, endedAt = 0) => ({
  target,
  outcome: {
    kind: 'failed' as const,
    error: new UpstreamError(code, code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    committed: false,
    usage: null,
  },
  endedAt,
});

const decided = (...tries: ReturnType<typeof failed>[]) => decisiveFailure(tries, 10_000)?.outcome.error;

describe('the error of a call whose attempts all failed', () => {
  it('is that of the last attempt', () => {
    expect(decided(failed('upstream_internal'), failed('upstream_timeout'))?.code).toBe('upstream_timeout');
    expect(decided()).toBeUndefined();
  });

  it('is a 429 or 529 where there is one, of those the one with the shortest wait from now', () => {
    expect(decided(failed('upstream_rate_limited'), failed('upstream_timeout'))?.code).toBe(
      'upstream_rate_limited',
    );
    expect(
      decided(
        failed('upstream_rate_limited', 20, 9_000),
        failed('upstream_overloaded', 21, 0),
        failed('upstream_rate_limited', 30, 0),
        failed('upstream_overloaded'),
        failed('upstream_internal'),
      )?.retryAfterSeconds,
    ).toBe(21);
  });
});

describe('the error of a call that nobody could take', () => {
  const candidate = (fate: 'open' | 'cooling' | 'busy', availableAt: number | null): Candidate => {
    const made = new Candidate(target, new ProviderCondition(Math.random, null, () => undefined));
    made.passOver(fate, `because ${fate}`, availableAt);
    return made;
  };

  it.each([
    [['cooling', 'cooling'], 429, 'rate_limit_error', '3'],
    [['open', 'cooling'], 529, 'overloaded_error', '3'],
    [['open', 'open'], 529, 'overloaded_error', '3'],
    [['cooling', 'busy'], 529, 'overloaded_error', '1'],
  ] as const)('for targets that are %j is a %i', (fates, status, type, retryAfter) => {
    const error = nobodyAvailable(
      fates.map((fate, index) => candidate(fate, fate === 'busy' ? null : 12_500 + index * 1_000)),
      10_000,
    );
    expect(error).toMatchObject({ status, type, headers: { 'retry-after': retryAfter } });
    expect(error.message).toContain(`because ${fates[0]}`);
  });
});
