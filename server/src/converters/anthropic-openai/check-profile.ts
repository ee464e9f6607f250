import { isRecord } from '../json-record.js';
import type { Profile } from './profile.js';

/** One thing wrong with a profile written by hand: `path` within the profile, and what would be right. */
export interface ProfileProblem {
  readonly path: string;
  readonly problem: string;
}

/** Null when the value is allowed, else what is. */
type ValueRule = (value: unknown) => string | null;

const oneOf =
  (...allowed: readonly string[]): ValueRule =>
  (value) =>
    typeof value === 'string' && allowed.includes(value) ? null : `must be ${listWords(allowed)}`;

const sendOrDrop = oneOf('send', 'drop');
const boolean: ValueRule = (value) => (typeof value === 'boolean' ? null : 'must be true or false');

const integerFrom =
  (minimum: number): ValueRule =>
  (value) =>
    Number.isSafeInteger(value) && Number(value) >= minimum
      ? null
      : `must be an integer of at least ${minimum}`;

const nullOr =
  (rule: ValueRule): ValueRule =>
  (value) => {
    const problem = value === null ? null : rule(value);
    return problem === null ? null : `${problem}, or null`;
  };

const text: ValueRule = (value) => (typeof value === 'string' ? null : 'must be a string');
const isTextList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');

const textList: ValueRule = (value) =>
  isTextList(value) && Array.isArray(value) && value.length > 0
    ? null
    : 'must be a non-empty list of strings';
const betas: ValueRule = (value) =>
  value === 'keep' || value === 'drop' || isTextList(value)
    ? null
    : 'must be "keep", "drop" or a list of beta names';
const object: ValueRule = (value) => (isRecord(value) ? null : 'must be an object');

/** Shorter names could not hold a hash that keeps two of them apart. */
const MIN_TOOL_NAME_LENGTH = 16;

const RULES: Readonly<Record<keyof Profile, ValueRule>> = {
  max_tokens_field: oneOf('max_tokens', 'max_completion_tokens'),
  max_tokens_limit: nullOr(integerFrom(1)),
  temperature: sendOrDrop,
  top_p: sendOrDrop,
  top_k: sendOrDrop,
  stop: sendOrDrop,
  stop_max: nullOr(integerFrom(1)),
  user: sendOrDrop,
  service_tier: sendOrDrop,
  stream_usage: boolean,
  system_role: oneOf('system', 'developer'),
  inline_system: oneOf('user', 'keep'),
  text_parts: oneOf('parts', 'join'),
  assistant_null_content: oneOf('null', 'empty'),
  vision: oneOf('send', 'placeholder'),
  pdf: oneOf('placeholder', 'file'),
  tool_result_images: oneOf('user', 'tool'),
  tool_id: oneOf('keep', 'alnum9'),
  tool_name_max: integerFrom(MIN_TOOL_NAME_LENGTH),
  tool_choice: oneOf('full', 'no_named', 'auto_only'),
  parallel_tool_calls: sendOrDrop,
  schema_dialect: oneOf('json_schema', 'openai', 'gemini'),
  strict_tools: sendOrDrop,
  defer_loading: oneOf('emulate', 'ignore'),
  reasoning: oneOf(
    'none',
    'effort',
    'openrouter',
    'enable_thinking',
    'thinking_type',
    'chat_template_kwargs',
  ),
  effort_values: textList,
  effort_off: nullOr(text),
  thinking_type_effort: boolean,
  template_kwarg: oneOf('enable_thinking', 'thinking'),
  thinking_default: oneOf('omit', 'off'),
  thinking_needs_stream: boolean,
  forced_tool_choice_disables_thinking: boolean,
  replay_reasoning: oneOf('none', 'reasoning_content', 'reasoning', 'reasoning_details'),
  replay_scope: oneOf('all', 'current_turn'),
  replay_missing: nullOr(text),
  replay_missing_on: oneOf('tool_calls', 'all'),
  cache_control: oneOf('drop', 'keep'),
  response_format: oneOf('json_schema', 'json_object', 'none'),
  prefill: oneOf('plain', 'prefix', 'partial', 'continue_final_message', 'reject'),
  think_tags: oneOf('auto', 'off', 'implicit_open'),
  extra_body: object,
  betas,
};

/**
 * Checks `profile` or one entry of `model_profiles` as read from configuration: all problems at once, none
 * for a valid (perhaps partial) profile. A value without problems is a `Partial<Profile>`.
 */
export function checkProfile(value: unknown): readonly ProfileProblem[] {
  if (!isRecord(value)) return [{ path: '', problem: 'must be an object of profile keys' }];
  const problems: ProfileProblem[] = [];
  for (const [key, entry] of Object.entries(value)) {
    const problem = isProfileKey(key) ? RULES[key](entry) : unknownKey(key);
    if (problem !== null) problems.push({ path: key, problem });
  }
  return problems;
}

function isProfileKey(key: string): key is keyof Profile {
  return Object.hasOwn(RULES, key);
}

function unknownKey(key: string): string {
  const known = Object.keys(RULES);
  const near = known.find((name) => name.replaceAll('_', '') === key.toLowerCase().replaceAll(/[^a-z]/g, ''));
  return near === undefined
    ? `is no profile key; there are ${known.join(', ')}`
    : `is no profile key; did you mean "${near}"?`;
}

function listWords(words: readonly string[]): string {
  const quoted = words.map((word) => `"${word}"`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
