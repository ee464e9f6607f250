import { RAW_ARGUMENTS_KEY } from '@ccs/wire';
import { isRecord } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';
import { JsonObjectScanner } from './json-object-scanner.js';

/** The input of a tool_use block. */
export type ToolInput = Record<string, unknown>;

/**
 * The `arguments` of an OpenAI tool call as inputs of tool_use blocks (specification P3). Nothing at all is
 * `{}`; several objects in a row are as many calls; what is no JSON object is kept whole under
 * `__raw_arguments`, so that the client's schema check fails where `{}` could be executed.
 *
 * @returns at least one
 */
export function parseToolArguments(value: unknown): [ToolInput, ...ToolInput[]] {
  if (value === undefined || value === null) return [{}];
  if (typeof value !== 'string') return [isInput(value) ? value : raw(stringifyJson(value))];
  const parsed = parseJson(value);
  if (isInput(parsed)) return [parsed];
  const text = value.trim();
  if (text === '' || parsed === null) return [{}];
  if (text.startsWith('{')) return parseObjects(value, text);
  const inner = typeof parsed === 'string' ? parseJson(parsed) : undefined;
  return [isInput(inner) ? inner : raw(value)];
}

/** One input per object; text after an object that opens no other is dropped. */
function parseObjects(value: string, text: string): [ToolInput, ...ToolInput[]] {
  const inputs: ToolInput[] = [];
  let rest = text;
  while (rest.startsWith('{')) {
    const end = new JsonObjectScanner().scan(rest);
    if (end === -1) {
      if (inputs.length === 0) return [raw(value)];
      inputs.push(raw(rest));
      break;
    }
    const object = rest.slice(0, end);
    const parsed = parseJson(object);
    inputs.push(isInput(parsed) ? parsed : raw(object));
    rest = rest.slice(end).trimStart();
  }
  const [first = raw(value), ...others] = inputs;
  return [first, ...others];
}

function raw(text: string): ToolInput {
  return { [RAW_ARGUMENTS_KEY]: text };
}

/** `undefined` for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A JSON object just parsed is nobody else's: it may become the block's own. */
function isInput(value: unknown): value is ToolInput {
  return isRecord(value);
}
