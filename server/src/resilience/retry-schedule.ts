import type { ErrorClass } from './error-class.js';

const TRANSIENT_BASE_MS = 50;
const THROTTLE_BASE_MS = 1_000;
const CAP_MS = 20_000;
/** Beyond this a provider's hint is not waited for within a call. */
const LONGEST_HINT_MS = 5_000;

/**
 * How long to wait before the same target is tried again: full jitter over a base that doubles; where the provider
 * said when to come back, not before that. Null: too long for a call to wait.
 *
 * @param retry 0 for the first one
 * @param hintSeconds what `retry-after` said
 * @param random a number in [0, 1)
 */
export function retryDelayMs(
  errorClass: ErrorClass,
  retry: number,
  hintSeconds: number | undefined,
  random: () => number,
): number | null {
  const throttled = errorClass === 'throttle' || errorClass === 'overload';
  const base = (throttled ? THROTTLE_BASE_MS : TRANSIENT_BASE_MS) * 2 ** Math.min(retry, 20);
  const jitter = random() * Math.min(CAP_MS, base);
  if (hintSeconds !== undefined && Number.isFinite(hintSeconds) && hintSeconds >= 0) {
    return hintSeconds * 1000 > LONGEST_HINT_MS ? null : hintSeconds * 1000 + jitter;
  }
  if (errorClass === 'throttle') return null;
  return errorClass === 'overload' ? THROTTLE_BASE_MS + jitter : jitter;
}
