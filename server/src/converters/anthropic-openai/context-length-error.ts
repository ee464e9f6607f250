import type { ErrorFacts } from './read-error-body.js';

/** How providers say that a prompt does not fit; looked for in lower case (specification E3). */
const PHRASES =
  /maximum context length|context[_ ]length[_ ]exceeded|context[_ ]window|range of input length should be|exceeded model token limit|input token count.{0,60}exceeds|exceeds the available context size|exceed_context_size_error|prompt exceeds max length|than the (?:model's )?(?:maximum )?(?:context|model) length|context length of|model's context length|exceeds? (?:the |model's )?(?:maximum )?context|maximum prompt length|prompt token count.{0,60}exceeds|(?:prompt|input) is too long|prompt too long|too many tokens|too large for model with|exceeds? max message tokens|exceed model limit|`inputs` tokens \+ `max_new_tokens`/;
/** In a complaint that also names max_tokens: the prompt is part of it. */
const ABOUT_PROMPT = /prompt|input|messages|requested:? (?:a total of |about )?\d|context_length_exceeded/;
/** GLM's code of the same meaning. */
const CODE_1261 = /^1261$/m;

/** A count, also with separators: 128,000. */
const N = String.raw`(\d[\d,]{0,15})`;

const LIMIT = patterns(
  `> ${N} maximum`,
  `\\d \\+ \\d[\\d,]* > ${N}`,
  `context (?:length|size|window)[^\\d\\n.,;]{0,24}${N}`,
  `${N} maximum context length`,
  `token limit:? ${N}`,
  `maximum (?:prompt|model|input) length (?:is|of) ${N}`,
  `maximum number of tokens(?: allowed)?:? \\(?${N}`,
  `exceeds the (?:limit of|maximum length) ${N}`,
  `cannot exceed ${N}`,
  `must be <= ${N}`,
);
const PROMPT = patterns(
  `${N} (?:tokens )?(?:in|from) the (?:input )?(?:messages|prompt)`,
  `messages resulted in ${N} tokens`,
  `${N} input tokens`,
  `${N} \`inputs\` tokens`,
  `(?:prompt|input)(?: token count| length)? ?\\((?:length )?${N}`,
  `(?:prompt|request) contains(?: at least)? ${N} tokens`,
  `prompt token count of ${N}`,
  `input length ${N} exceeds`,
  `request \\(${N} tokens\\)`,
  `prompt is too long:? ${N}`,
  `exceed context limit: ${N} \\+`,
);
const COMPLETION = patterns(
  `${N} (?:tokens )?(?:in|for) the (?:completion|output)`,
  `requested ${N} output tokens`,
  `max_(?:completion_)?tokens'? is too large: ${N}`,
  `${N} \`max_new_tokens\``,
  `exceed context limit: \\d[\\d,]* \\+ ${N}`,
);
const TOTAL = patterns(`requested:? (?:a total of |about )?${N}(?: tokens|\\))`, `received ${N}`);
/** OpenRouter tells the kinds of input apart: «120000 of text input, 15000 of tool input, 5000 in the output». */
const INPUT_PARTS = new RegExp(`${N} of \\w{1,12} input`, 'g');

/**
 * Whether a 400, 413 or 422 means that the prompt is too long. A complaint about max_tokens alone does not:
 * Claude Code would compact the conversation for nothing.
 */
export function isContextLengthError({ words }: ErrorFacts): boolean {
  if (CODE_1261.test(words)) return true;
  if (!PHRASES.test(words)) return false;
  const aboutMaxTokens = /max_(?:completion_|new_|output_)?tokens/.test(words);
  return !aboutMaxTokens || ABOUT_PROMPT.test(words);
}

/**
 * The error in Anthropic's wording, from which Claude Code reads the numbers and shortens or compacts by
 * itself (specification E3).
 *
 * @param message the provider's words, cleaned
 */
export function rewordContextLength(facts: ErrorFacts, message: string): string {
  const text = facts.words;
  const limit = facts.contextTokens ?? firstNumber(LIMIT, text);
  const completion = firstNumber(COMPLETION, text);
  const prompt =
    facts.promptTokens ?? sumOfParts(text) ?? firstNumber(PROMPT, text) ?? firstNumber(TOTAL, text);
  if (limit !== null && prompt !== null && completion !== null && prompt < limit) {
    return `input length and \`max_tokens\` exceed context limit: ${prompt} + ${completion} > ${limit}, decrease input length or \`max_tokens\` and try again`;
  }
  if (limit !== null && prompt !== null && prompt > limit) {
    return `prompt is too long: ${prompt} tokens > ${limit} maximum`;
  }
  if (message === '') return 'prompt is too long';
  return /^prompt is too long/.test(message) ? message : `prompt is too long: ${message}`;
}

function patterns(...sources: readonly string[]): readonly RegExp[] {
  return sources.map((source) => new RegExp(source));
}

function firstNumber(candidates: readonly RegExp[], text: string): number | null {
  for (const pattern of candidates) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return toCount(found);
  }
  return null;
}

function sumOfParts(text: string): number | null {
  const parts = [...text.matchAll(INPUT_PARTS)].map((found) => toCount(found[1] ?? ''));
  return parts.length === 0 ? null : parts.reduce((sum, part) => sum + part, 0);
}

function toCount(digits: string): number {
  return Number(digits.replaceAll(',', ''));
}
