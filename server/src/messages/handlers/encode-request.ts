import { randomUUID } from 'node:crypto';
import type { ChatCompletionRequest } from '@ccs/wire';
import { takeBody } from '../../http/body-pool.js';
import { stringifyJson } from '../../converters/stringify-json.js';

/** Of tools that nobody can change (`convertTools`), as they stand in a body. */
const encodedTools = new WeakMap<object, Buffer>();
/** Stands for them while the rest is written. Nobody can guess it, so it is no text of a request itself. */
const PLACEHOLDER = randomUUID();
const PLACEHOLDER_JSON = JSON.stringify(PLACEHOLDER);

/**
 * The bytes of what `stringifyJson` gives, in memory that can be given back (`body-pool.ts`); frozen tools, most of a
 * request, are written once.
 */
export function encodeRequest(body: ChatCompletionRequest): Buffer {
  const { tools } = body;
  if (tools === undefined || !Object.isFrozen(tools)) return encoded(stringifyJson(body));
  let known = encodedTools.get(tools);
  if (known === undefined) encodedTools.set(tools, (known = Buffer.from(stringifyJson(tools))));
  const [before = '', after = ''] = stringifyJson({ ...body, tools: PLACEHOLDER }).split(PLACEHOLDER_JSON, 2);
  const bytes = takeBody(Buffer.byteLength(before) + known.length + Buffer.byteLength(after));
  const toolsAt = bytes.write(before);
  known.copy(bytes, toolsAt);
  bytes.write(after, toolsAt + known.length);
  return bytes;
}

function encoded(text: string): Buffer {
  const bytes = takeBody(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}
