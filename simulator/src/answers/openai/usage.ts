import type { ScriptedUsage } from '../../scripts/script.js';

/** `usage` of a chat completion; a cache write is named as DashScope names it. */
export function encodeOpenAiUsage(usage: ScriptedUsage): Record<string, unknown> {
  const { input, output, cacheRead, cacheWrite, reasoning } = usage;
  const promptDetails = {
    cached_tokens: cacheRead ?? 0,
    ...(cacheWrite !== undefined && { cache_creation_input_tokens: cacheWrite }),
  };
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: promptDetails,
    completion_tokens_details: { reasoning_tokens: reasoning ?? 0 },
  };
}

/** `finish_reason`; a refusal ends with `stop` and travels in a field of its own. */
export function openAiFinishReason(finish: string): string {
  return finish === 'refusal' ? 'stop' : finish;
}
