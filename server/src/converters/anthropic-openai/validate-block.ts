import { InvalidRequestError } from '../../errors/caller-errors.js';
import { isAbsent, isRecord, type JsonRecord } from '../json-record.js';
import { describe } from './validate-value.js';

type Path = readonly (string | number)[];

/**
 * Checks one content block, and those in a tool result, as far as a converter reads them. Types it does not
 * know pass. The path is joined only for a message.
 *
 * @throws InvalidRequestError
 */
export function validateBlock(block: unknown, ...path: Path): void {
  if (!isRecord(block)) fail(path, `must be a content block object, not ${describe(block)}`);
  switch (block['type']) {
    case 'text':
      if (typeof block['text'] !== 'string') {
        fail([...path, 'text'], `must be a string, not ${describe(block['text'])}`);
      }
      return;
    case 'tool_use':
      requireField(block, 'id', path);
      requireField(block, 'name', path);
      return;
    case 'tool_result':
      requireField(block, 'tool_use_id', path);
      validateResultContent(block['content'], path);
      return;
    case 'image':
    case 'document':
      validateSource(block['source'], path);
      return;
    default:
      requireField(block, 'type', path);
  }
}

function validateResultContent(content: unknown, path: Path): void {
  if (isAbsent(content) || typeof content === 'string') return;
  if (!Array.isArray(content)) {
    fail([...path, 'content'], `must be a string or a list of content blocks, not ${describe(content)}`);
  }
  for (let i = 0; i < content.length; i++) {
    const block: unknown = content[i];
    // A result within a result has no meaning, so nothing in it is read.
    if (isRecord(block) && block['type'] === 'tool_result') continue;
    validateBlock(block, ...path, 'content', i);
  }
}

const SOURCE_FIELDS: Readonly<Record<string, string>> = { base64: 'data', text: 'data', url: 'url' };

function validateSource(source: unknown, path: Path): void {
  if (!isRecord(source)) fail([...path, 'source'], `must be an object, not ${describe(source)}`);
  const type = source['type'];
  if (typeof type !== 'string') fail([...path, 'source', 'type'], `must be a string, not ${describe(type)}`);
  const field = Object.hasOwn(SOURCE_FIELDS, type) ? SOURCE_FIELDS[type] : undefined;
  if (field !== undefined && typeof source[field] !== 'string') {
    fail([...path, 'source', field], `must be a string, not ${describe(source[field])}`);
  }
}

function requireField(block: JsonRecord, field: string, path: Path): void {
  const value = block[field];
  if (typeof value === 'string' && value !== '') return;
  fail(
    [...path, field],
    value === undefined
      ? 'is required; give a non-empty string'
      : `must be a non-empty string, not ${describe(value)}`,
  );
}

function fail(path: Path, problem: string): never {
  throw new InvalidRequestError(path.join('.'), problem);
}
