import { describe, expect, it } from '@jest/globals';
import type { ErrorClass } from './error-class.js';
import { ProviderCondition, type ConditionChange } from './provider-condition.js';

const SETTINGS = { failureThreshold: 3, recoveryTimeoutMs: 10_000 };

class Story {
  readonly changes: ConditionChange[] = [];
  random = 0.5;
  readonly condition = new ProviderCondition(
    () => this.random,
    1,
    (change) => this.changes.push(change),
  );
  #calls = 0;

  fail(errorClass: ErrorClass, now: number, hintSeconds?: number): void {
    const ticket = this.condition.begin(now);
    const callId = `call-${this.#calls++}`;
    const failure = { callId, model: 'm', errorClass, message: 'no', hintSeconds };
    this.condition.failed(ticket, failure, SETTINGS, now);
  }

  admits(now: number, model = 'm'): string {
    return this.condition.admission(model, now).kind;
  }
}

describe('the condition of a provider', () => {
  it.each<[ErrorClass, string, string]>([
    ['connect', 'open', 'open'],
    ['ambiguous', 'open', 'open'],
    ['transient', 'open', 'open'],
    ['bad_answer', 'open', 'open'],
    ['mid_stream', 'open', 'open'],
    ['throttle', 'cooling', 'free'],
    ['forbidden', 'cooling', 'free'],
    ['model_missing', 'cooling', 'free'],
    ['quota', 'cooling', 'cooling'],
    ['auth', 'cooling', 'cooling'],
    ['overload', 'reserve', 'reserve'],
    ['caller', 'free', 'free'],
    ['empty', 'free', 'free'],
  ])('after three of class %s its model is %s, and its other models are %s', (errorClass, own, other) => {
    const story = new Story();
    for (let i = 0; i < 3; i++) story.fail(errorClass, i);
    expect([story.admits(3), story.admits(3, 'other')]).toEqual([own, other]);
  });

  it('is told once when it opens, once when it recovers, and once when its credential is refused', () => {
    const story = new Story();
    for (let i = 0; i < 6; i++) story.fail('connect', 0);
    expect(story.changes).toEqual(['opened']);
    const due = story.condition.view(0).retryAt ?? 0;
    const probe = story.condition.begin(due);
    story.condition.answered(probe, 20, due);
    story.condition.succeeded(probe, 'm', due);
    expect(story.changes).toEqual(['opened', 'recovered']);
    for (let i = 0; i < 5; i++) story.fail('auth', due + 1);
    expect(story.changes.slice(2)).toEqual(['credential_refused']);
  });

  it('takes a 429 to a probe for a sign of life', () => {
    const story = new Story();
    for (let i = 0; i < 3; i++) story.fail('connect', 0);
    story.fail('throttle', 20_000, 1);
    expect(story.changes).toEqual(['opened', 'recovered']);
  });

  it('is in reserve for most calls while it starts slowly', () => {
    const story = new Story();
    for (let i = 0; i < 3; i++) story.fail('connect', 0);
    const probe = story.condition.begin(20_000);
    story.condition.answered(probe, 20, 20_000);
    expect(story.admits(20_001)).toBe('reserve');
    story.random = 0.05;
    expect(story.admits(20_001)).toBe('free');
  });

  it('is busy at its limit', () => {
    const story = new Story();
    story.condition.gate.enter();
    expect(story.admits(0)).toBe('busy');
  });

  it('shows what an administrator wants to know', () => {
    const story = new Story();
    story.fail('throttle', 1_000, 5);
    expect(story.condition.view(1_000)).toMatchObject({
      breaker: 'closed',
      retryAt: null,
      cooldowns: [{ model: 'm', reason: 'throttled', until: 6_000 }],
      lastFailure: { errorClass: 'throttle', message: 'no', at: 1_000 },
      latencyMs: null,
    });
  });
});
