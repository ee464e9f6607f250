import { randomUUID } from 'node:crypto';
import type { ChatCompletionRequest } from '@ccs/wire';
import { stringifyJson } from '../../converters/stringify-json.js';

/** Of tools that nobody can change (`convertTools`). */
const texts = new WeakMap<object, string>();
/** Stands for their text while the rest is written. Nobody can guess it, so it is no text of a request itself. */
const PLACEHOLDER = randomUUID();
const PLACEHOLDER_JSON = JSON.stringify(PLACEHOLDER);

/** The same text as `stringifyJson` gives; frozen tools, most of a request, are written once. */
export function stringifyRequest(body: ChatCompletionRequest): string {
  const { tools } = body;
  if (tools === undefined || !Object.isFrozen(tools)) return stringifyJson(body);
  let text = texts.get(tools);
  if (text === undefined) texts.set(tools, (text = stringifyJson(tools)));
  const [before = '', after = ''] = stringifyJson({ ...body, tools: PLACEHOLDER }).split(PLACEHOLDER_JSON, 2);
  return `${before}${text}${after}`;
}
