import { ValidateBy } from 'class-validator';

/** What a question is asked with, besides its text. What is missing is the gateway's default. */
export interface ChatParameters {
  readonly system?: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
  /** Tokens for thinking; 0 or missing: none. */
  readonly thinking_budget?: number;
  /** As in the Messages API; nobody executes them here. */
  readonly tools?: readonly object[];
}

const MAX_TOOLS = 64;
const MAX_PARAMETERS_CHARACTERS = 262_144;

const isInteger = (value: unknown, min: number): boolean => Number.isInteger(value) && Number(value) >= min;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const PARAMETERS: Readonly<Record<keyof ChatParameters, (value: unknown) => boolean>> = {
  system: (value) => typeof value === 'string',
  temperature: (value) => typeof value === 'number' && value >= 0 && value <= 2,
  max_tokens: (value) => isInteger(value, 1),
  thinking_budget: (value) => isInteger(value, 0),
  tools: (value) => Array.isArray(value) && value.length <= MAX_TOOLS && value.every(isRecord),
};

export const IsChatParameters = (): PropertyDecorator =>
  ValidateBy({
    name: 'isChatParameters',
    validator: {
      validate: isChatParameters,
      defaultMessage: () =>
        'parameters may have system (text), temperature (0 to 2), max_tokens, thinking_budget (whole numbers) ' +
        `and tools (at most ${MAX_TOOLS} objects), together at most ${MAX_PARAMETERS_CHARACTERS} characters`,
    },
  });

function isChatParameters(value: unknown): boolean {
  if (!isRecord(value) || JSON.stringify(value).length > MAX_PARAMETERS_CHARACTERS) return false;
  return Object.entries(value).every(
    ([name, each]) => Object.hasOwn(PARAMETERS, name) && PARAMETERS[name as keyof ChatParameters](each),
  );
}

/** A part of a question, as in the Messages API. */
export interface QuestionBlock {
  readonly type: 'text' | 'image' | 'document' | 'tool_result';
  readonly [field: string]: unknown;
}

const QUESTION_BLOCKS: readonly unknown[] = [
  'text',
  'image',
  'document',
  'tool_result',
] satisfies QuestionBlock['type'][];
const MAX_BLOCKS = 100;

export const AreQuestionBlocks = (): PropertyDecorator =>
  ValidateBy({
    name: 'areQuestionBlocks',
    validator: {
      validate: (value: unknown) =>
        Array.isArray(value) &&
        value.length > 0 &&
        value.length <= MAX_BLOCKS &&
        value.every((block) => isRecord(block) && QUESTION_BLOCKS.includes(block['type'])),
      defaultMessage: () =>
        `blocks must be 1 to ${MAX_BLOCKS} content blocks of type ${QUESTION_BLOCKS.join(', ')}`,
    },
  });
