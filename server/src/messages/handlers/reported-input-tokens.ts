import type { StreamUsage } from '../../converters/stream-converter.js';

/** Prompt tokens as the provider counted them, cached ones included; null while it has not said. */
export function reportedInputTokens(usage: StreamUsage | null): number | null {
  if (usage === null || usage.estimated) return null;
  return usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens;
}
