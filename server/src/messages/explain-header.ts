import type { Principal } from '../auth/principal.js';
import type { AttemptTrace, CandidateTrace } from './attempt-result.js';
import type { MessageCall } from './message-call.js';

const MAX_LENGTH = 4096;

/** Whether the caller asked why each target was chosen or passed over (`x-ccs-explain: 1`), and may know. */
export function wantsExplanation({ headers, principal }: MessageCall): boolean {
  return headers['x-ccs-explain'] === '1' && mayKnow(principal);
}

function mayKnow({ isAdmin, permissions }: Principal): boolean {
  return isAdmin || permissions.has('providers') || permissions.has('stats');
}

/**
 * `x-ccs-explain`: JSON in ASCII with the attempts made so far and the fate of every candidate, in order; entries
 * that no longer fit into 4 KB are left out whole, and `more` counts them.
 */
export function explainHeader(
  attempts: readonly AttemptTrace[],
  candidates: readonly CandidateTrace[],
): { readonly 'x-ccs-explain': string } {
  const entries = [
    ...attempts.map(({ provider, model, outcome, errorClass, upstreamStatus, startedMs, endedMs }) => ({
      attempt: `${provider}/${model}`,
      outcome,
      ...(errorClass === null ? {} : { errorClass }),
      ...(upstreamStatus === null ? {} : { upstreamStatus }),
      ms: Math.round(endedMs - startedMs),
    })),
    ...candidates.map(({ provider, model, fate, reason }) => ({
      target: `${provider}/${model}`,
      fate,
      ...(reason === '' ? {} : { reason }),
    })),
  ].map((entry) => toAscii(JSON.stringify(entry)));
  let kept = entries.length;
  // Room for the brackets and `{"more":9999}`.
  let length = entries.reduce((sum, entry) => sum + entry.length + 1, 20);
  while (length > MAX_LENGTH && kept > 0) {
    kept--;
    length -= (entries[kept]?.length ?? 0) + 1;
  }
  const shown = entries.slice(0, kept);
  if (kept < entries.length) shown.push(`{"more":${entries.length - kept}}`);
  return { 'x-ccs-explain': `[${shown.join(',')}]` };
}

function toAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
