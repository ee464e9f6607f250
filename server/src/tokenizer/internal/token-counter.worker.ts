import { parentPort } from 'node:worker_threads';
import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';
import type { CountAnswer, CountJob } from '../token-counter.js';

// Imports nothing of ours but types: Node runs this file as it is, types stripped, where nothing was compiled.

/** Words seen before are cheap; the default of 100,000 keeps more memory than it saves time. */
setMergeCacheSize(20_000);

/** Text that looks like a special token is text. */
const PLAIN = { disallowedSpecial: new Set<string>() };

/**
 * The tokenizer's cost grows with the square of a run of one kind of character (a line of `=`, text in a
 * script without blanks). Cutting long runs makes it linear, at the price of a token or two per cut.
 */
const LONG_RUN = /[\p{L}\p{M}]{96}|[^\s\p{L}\p{M}\p{N}]{96}|\s{96}/gu;

parentPort?.on('message', ({ id, texts }: CountJob) => {
  let tokens = 0;
  for (const text of texts) tokens += countText(text);
  parentPort?.postMessage({ id, tokens } satisfies CountAnswer);
});

function countText(text: string): number {
  let tokens = 0;
  let from = 0;
  for (const match of text.matchAll(LONG_RUN)) {
    const to = match.index + match[0].length;
    tokens += countTokens(text.slice(from, to), PLAIN);
    from = to;
  }
  return tokens + (from === 0 ? countTokens(text, PLAIN) : countTokens(text.slice(from), PLAIN));
}
