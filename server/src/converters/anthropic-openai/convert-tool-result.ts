import type { ChatContentPart } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import { nonEmptyText, isTextPart, lastCacheControl, textPart } from './content-parts.js';
import { SEPARATOR, type ConversionContext, type Path } from './conversion-context.js';
import { convertBlock } from './convert-block.js';
import type { JsonRecord } from '../json-record.js';
import type { Profile } from './profile.js';

/** A tool_result block, read but not yet placed: whether it answers a call is known only in its turn. */
export interface ToolResult {
  /** `tool_use_id` as the client spells it. */
  readonly id: string;
  readonly isError: boolean;
  readonly parts: readonly ChatContentPart[];
  readonly cacheControl: JsonRecord | undefined;
  readonly path: Path;
}

/** The content of a tool message, and what has to follow in the user message after it (R2.8). */
export interface ToolMessageContent {
  readonly content: string | ChatContentPart[];
  readonly attachments: readonly ChatContentPart[];
}

const NO_OUTPUT = '(no output)';
const NO_RESULT = '(no result: the call was interrupted before it finished)';
const STARTS_LIKE_AN_ERROR = /^\s*(?:error|<tool_use_error>)/i;

export function readToolResult(block: JsonRecord, path: Path, context: ConversionContext): ToolResult {
  const parts: ChatContentPart[] = [];
  const content = block['content'];
  if (Array.isArray(content)) {
    for (const inner of content as readonly unknown[]) convertBlock(inner, path, context, parts);
  } else {
    const text = nonEmptyText(content);
    if (text !== null) parts.push(textPart(text));
  }
  return {
    id: typeof block['tool_use_id'] === 'string' ? block['tool_use_id'] : '',
    isError: block['is_error'] === true,
    parts,
    cacheControl: context.cacheControlOf(block, path),
    path,
  };
}

/** What the tool message of an answered call holds; never empty (specification R2.6–R2.8). */
export function convertToolResult(result: ToolResult, profile: Profile): ToolMessageContent {
  const attachments = result.parts.filter((part) => !isTextPart(part));
  if (attachments.length > 0 && profile.tool_result_images === 'tool') {
    return { content: withAttachments(result), attachments: [] };
  }
  const texts = result.parts.filter(isTextPart);
  const pieces = texts.map((part) => part.text);
  if (attachments.length > 0) pieces.push(noteOf(attachments));
  const text = resultText(pieces, result.isError);
  const cacheControl = result.cacheControl ?? lastCacheControl(texts);
  return { content: cacheControl === undefined ? text : [textPart(text, cacheControl)], attachments };
}

/** R2.5: stands in for the result of a call that has none. */
export function missingToolResult(): string {
  return NO_RESULT;
}

/** R2.5: a result that answers no open call, as parts of the user's message. */
export function convertOrphanResult(result: ToolResult, upstreamId: string): ChatContentPart[] {
  const texts = result.parts.filter(isTextPart).map((part) => part.text);
  const said = resultText(texts, result.isError);
  const text = flatText('Result of tool call ', upstreamId, ', which is not open:\n', said);
  return [textPart(text, result.cacheControl), ...result.parts.filter((part) => !isTextPart(part))];
}

function resultText(pieces: readonly string[], isError: boolean): string {
  const text = pieces.length === 0 ? NO_OUTPUT : pieces.join(SEPARATOR);
  return isError ? markAsError(text) : text;
}

/** R2.6 */
function markAsError(text: string): string {
  return STARTS_LIKE_AN_ERROR.test(text) ? text : flatText('Error: ', text);
}

function noteOf(attachments: readonly ChatContentPart[]): string {
  const what = attachments.every((part) => part.type === 'image_url') ? 'image' : 'file';
  return attachments.length === 1
    ? `[The ${what} of this result follows in the next user message.]`
    : `[The ${attachments.length} ${what}s of this result follow in the next user message.]`;
}

/** `tool_result_images: tool`: everything stays where it was. */
function withAttachments(result: ToolResult): ChatContentPart[] {
  const parts = [...result.parts];
  if (result.isError) {
    const first = parts.findIndex(isTextPart);
    const text = parts[first];
    if (text?.type === 'text') parts[first] = { ...text, text: markAsError(text.text) };
    else parts.unshift(textPart(markAsError(NO_OUTPUT)));
  }
  if (result.cacheControl !== undefined) {
    const lastText = parts.findLastIndex(isTextPart);
    const marked = lastText < 0 ? parts.length - 1 : lastText;
    const part = parts[marked];
    if (part !== undefined) parts[marked] = { ...part, cache_control: result.cacheControl };
  }
  return parts;
}
