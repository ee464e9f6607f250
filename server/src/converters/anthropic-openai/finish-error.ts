import { UpstreamError } from '../../errors/upstream-error.js';
import type { JsonRecord } from '../json-record.js';
import { brokenAnswer, convertErrorInBody } from './convert-error.js';
import { isErrorBody } from './find-error.js';
import type { FinishMeaning } from './map-stop-reason.js';

/**
 * The error a choice ends with: one it holds itself (OpenRouter), or a finish reason of the error class (P4).
 * Null for a choice that goes on or ends well.
 */
export function finishError(
  choice: JsonRecord,
  meaning: FinishMeaning,
  providerName: string,
): UpstreamError | null {
  if (isErrorBody(choice)) return convertErrorInBody(choice, providerName);
  if (meaning === 'overloaded') {
    return new UpstreamError(
      'upstream_overloaded',
      `Provider ${providerName} ran out of resources while it answered. Try again.`,
    );
  }
  if (meaning !== 'error') return null;
  return brokenAnswer(
    providerName,
    `ended its answer with finish_reason "${String(choice['finish_reason']).slice(0, 40)}"`,
  );
}
