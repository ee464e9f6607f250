import type { ErrorFacts } from './read-error-body.js';
import { isContextLengthError } from './context-length-error.js';

/** https://platform.minimax.io/docs: error codes of `base_resp`. */
const MINIMAX_STATUS: Readonly<Record<number, number>> = {
  1002: 429,
  1039: 429,
  1004: 401,
  1008: 402,
  2013: 400,
};

/** In this order, the first that is found (specification P8). */
const WORDS: readonly (readonly [RegExp, number])[] = [
  [/rate[ _-]?limit|throttl|too many requests|resource_exhausted/, 429],
  [/overloaded|unavailable/, 503],
  [/authentication|invalid[ _]api[ _]key/, 401],
  [/quota|balance|billing|arrear/, 402],
  [/not[ _]found|not[ _]exist/, 404],
  [/invalid_request|invalid_argument/, 400],
  [/timeout|timed out/, 504],
];

/** The HTTP status that an error without a status of its own stands for (specification P8). */
export function statusFromWords(facts: ErrorFacts): number {
  const known = MINIMAX_STATUS[facts.miniMaxCode];
  if (known !== undefined) return known;
  if (isContextLengthError(facts)) return 400;
  return WORDS.find(([pattern]) => pattern.test(facts.words))?.[1] ?? 502;
}
