import type { LossCode } from '../converters/loss.js';
import { headerSafe } from '../http/header-safe.js';
import { lossHeader } from './loss-header.js';
import type { MessageCall, MessageTarget } from './message-call.js';

/** Headers that tell the client who answers (null: nobody), how many attempts it took, and what was lost. */
export function attemptHeaders(
  call: MessageCall,
  answerer: { readonly target: MessageTarget; readonly losses: readonly LossCode[] } | null,
  attempts: number,
): Record<string, string> {
  if (answerer === null) return { 'request-id': call.id, 'x-ccs-request-id': call.id, 'x-ccs-attempts': '0' };
  const { target, losses } = answerer;
  return {
    'request-id': call.id,
    'x-ccs-request-id': call.id,
    'x-ccs-provider': headerSafe(target.provider.name),
    'x-ccs-model': headerSafe(target.model),
    'x-ccs-attempts': String(attempts),
    ...lossHeader(call.headers, losses),
  };
}
