import type { StopReason } from '@ccs/wire';
import type { ScriptedUsage } from '../../scripts/script.js';

/** `usage` of a message; the input count excludes what a cache held. */
export function encodeAnthropicUsage(usage: ScriptedUsage): Record<string, unknown> {
  const { input, output, cacheRead = 0, cacheWrite = 0, reasoning } = usage;
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite, ephemeral_1h_input_tokens: 0 },
    output_tokens: output,
    service_tier: 'standard',
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}

const STOP_REASONS = new Map<string, StopReason>([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['content_filter', 'refusal'],
]);

/** Words of the dialect itself, `pause_turn` for example, stay as they are. */
export function anthropicStopReason(finish: string): string {
  return STOP_REASONS.get(finish) ?? finish;
}
