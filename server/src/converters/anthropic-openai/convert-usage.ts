import type { Usage } from '@ccs/wire';
import { isRecord, type JsonRecord } from '../json-record.js';

/** Whether a provider's `usage` says anything that counts. */
export function isUsage(usage: unknown): usage is JsonRecord {
  return isRecord(usage) && (count(usage['prompt_tokens']) ?? count(usage['completion_tokens'])) !== null;
}

/** The usage of a chunk or an answer: its own, or that of its first choice (specification P5). */
export function usageOf(body: JsonRecord, choice: JsonRecord | null): JsonRecord | null {
  if (isUsage(body['usage'])) return body['usage'];
  return choice !== null && isUsage(choice['usage']) ? choice['usage'] : null;
}

/**
 * A provider's usage in Anthropic's terms (specification P5): `input_tokens` without what was read from or
 * written to a cache, `output_tokens` with the reasoning. What it does not tell is taken from `estimate`.
 */
export function convertUsage(usage: JsonRecord, estimate: Usage): Usage {
  const details = isRecord(usage['prompt_tokens_details']) ? usage['prompt_tokens_details'] : {};
  const prompt = count(usage['prompt_tokens']);
  const read = first(details['cached_tokens'], usage['prompt_cache_hit_tokens'], usage['cached_tokens']);
  const write = first(
    details['cache_creation_input_tokens'],
    details['cache_write_tokens'],
    details['cache_creation_tokens'],
    usage['cache_creation_input_tokens'],
    usage['cache_write_tokens'],
    usage['cache_creation_tokens'],
  );
  const completion = count(usage['completion_tokens']);
  const reasoning = reasoningTokens(usage);
  // xAI counts the reasoning beside the completion, everybody else within it; the total tells.
  const beside =
    reasoning > 0 && count(usage['total_tokens']) === (prompt ?? 0) + (completion ?? 0) + reasoning;
  return {
    input_tokens: prompt === null ? estimate.input_tokens : Math.max(0, prompt - read - write),
    output_tokens: completion === null ? estimate.output_tokens : completion + (beside ? reasoning : 0),
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write,
    ...(reasoning > 0 ? { output_tokens_details: { thinking_tokens: reasoning } } : {}),
  };
}

function reasoningTokens(usage: JsonRecord): number {
  const details = isRecord(usage['completion_tokens_details']) ? usage['completion_tokens_details'] : {};
  return first(details['reasoning_tokens'], usage['reasoning_tokens']);
}

function first(...candidates: readonly unknown[]): number {
  for (const candidate of candidates) {
    const tokens = count(candidate);
    if (tokens !== null) return tokens;
  }
  return 0;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? Math.max(0, Math.round(value)) : null;
}
