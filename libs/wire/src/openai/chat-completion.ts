/**
 * A 200 answer of `POST …/chat/completions` without streaming, as far as the gateway reads it. Every field
 * may be missing or of another type: providers differ, so readers check before they use.
 */
export interface ChatCompletion {
  choices?: unknown;
  usage?: unknown;
  error?: unknown;
  [key: string]: unknown;
}

/** One `data:` of a streamed answer; the same caution holds. */
export interface ChatCompletionChunk {
  choices?: unknown;
  usage?: unknown;
  error?: unknown;
  [key: string]: unknown;
}
