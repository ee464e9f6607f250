import type { Usage } from '@ccs/wire';
import { isRecord, type JsonRecord } from '../json-record.js';
import type { StreamUsage } from '../stream-converter.js';

/**
 * Reads usage off a message_start, any number of message_delta (each is cumulative, and may name only some of
 * the figures) or a whole message. Never alters what passes.
 */
export class UsageMeter {
  #usage: Usage = {
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation_input_tokens: 0,
  };
  #reported = false;

  read(usage: unknown): void {
    if (!isRecord(usage)) return;
    const thinkingTokens = isRecord(usage['output_tokens_details'])
      ? count(usage['output_tokens_details'], 'thinking_tokens')
      : undefined;
    const next: Usage = { ...this.#usage };
    for (const key of KEYS) {
      const value = count(usage, key);
      if (value === undefined) continue;
      next[key] = value;
      this.#reported = true;
    }
    if (thinkingTokens !== undefined) next.output_tokens_details = { thinking_tokens: thinkingTokens };
    this.#usage = next;
  }

  /** All zero, and `estimated`, while the provider has reported nothing. */
  get usage(): StreamUsage {
    return { ...this.#usage, estimated: !this.#reported };
  }
}

const KEYS = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
] as const;

function count(record: JsonRecord, key: string): number | undefined {
  const value = record[key];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.round(value) : undefined;
}
