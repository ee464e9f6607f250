import type { ErrorClass } from './error-class.js';

/** What follows a failed attempt. */
export interface AttemptPolicy {
  /**
   * Another attempt at the same target: `first` before any other target, `last` when there is no other, `never`.
   */
  readonly again: 'first' | 'last' | 'never';
  /** Other targets may be tried. */
  readonly elsewhere: boolean;
  /** The failure is the provider's: its other models would fail as well. */
  readonly skipsProvider: boolean;
  /** `failure`: counts. `alive`: the provider has answered, if not as hoped. */
  readonly breaker: 'failure' | 'alive';
}

const ELSEWHERE = { elsewhere: true, skipsProvider: true } as const;
const OTHER_MODEL = { elsewhere: true, skipsProvider: false } as const;
const NOWHERE = { elsewhere: false, skipsProvider: true } as const;

/** The table of error classes, row by row. */
export const ATTEMPT_POLICIES: Readonly<Record<ErrorClass, AttemptPolicy>> = {
  connect: { again: 'last', ...ELSEWHERE, breaker: 'failure' },
  ambiguous: { again: 'last', ...ELSEWHERE, breaker: 'failure' },
  transient: { again: 'first', ...ELSEWHERE, breaker: 'failure' },
  overload: { again: 'last', ...ELSEWHERE, breaker: 'alive' },
  throttle: { again: 'last', ...OTHER_MODEL, breaker: 'alive' },
  quota: { again: 'never', ...ELSEWHERE, breaker: 'alive' },
  auth: { again: 'never', ...ELSEWHERE, breaker: 'alive' },
  forbidden: { again: 'never', ...OTHER_MODEL, breaker: 'alive' },
  model_missing: { again: 'never', ...OTHER_MODEL, breaker: 'alive' },
  caller: { again: 'never', ...NOWHERE, breaker: 'alive' },
  bad_answer: { again: 'never', ...OTHER_MODEL, breaker: 'failure' },
  // Well-formed: one prompt that gets no output must not open the breakers of all who were asked.
  empty: { again: 'last', ...OTHER_MODEL, breaker: 'alive' },
  mid_stream: { again: 'never', ...NOWHERE, breaker: 'failure' },
};
