import type { ChatSystemMessage } from '@ccs/wire';
import { isRecord } from '../json-record.js';
import { joinTexts, nonEmptyText, textPart, type TextPart } from './content-parts.js';
import type { ConversionContext, Path } from './conversion-context.js';
import { convertBlock } from './convert-block.js';

/** Claude Code puts a per-request hash there; it would defeat every prefix cache upstream. */
const BILLING_HEADER = 'x-anthropic-billing-header:';
const LINE_END = /\r\n|\n|\r/g;

/**
 * The one system message a conversation starts with, or null when there is nothing to say
 * (specification R1.6).
 *
 * @param instruction further text of the gateway's own, or null (R6)
 */
export function convertSystem(
  system: unknown,
  instruction: string | null,
  context: ConversionContext,
): ChatSystemMessage | null {
  const parts = readSystemTexts(system, ['system'], context);
  if (instruction !== null) parts.push(textPart(instruction));
  if (parts.length === 0) return null;
  return { role: context.profile.system_role, content: joinTexts(parts) };
}

/** The texts of a system prompt or of an inline system message, cleaned, without the empty ones. */
export function readSystemTexts(content: unknown, path: Path, context: ConversionContext): TextPart[] {
  if (!Array.isArray(content)) {
    const text = nonEmptyText(content);
    return text === null ? [] : cleaned([textPart(text)]);
  }
  const parts: TextPart[] = [];
  for (let i = 0; i < content.length; i++) {
    const block: unknown = content[i];
    const blockPath = [...path, i];
    if (isRecord(block) && block['type'] === 'text') {
      const text = nonEmptyText(block['text']);
      if (text !== null) parts.push(textPart(text, context.cacheControlOf(block, blockPath)));
    } else {
      appendOtherBlock(block, blockPath, context, parts);
    }
  }
  return cleaned(parts);
}

/** A system message holds text only; what a block of another kind has of it counts. */
function appendOtherBlock(block: unknown, path: Path, context: ConversionContext, texts: TextPart[]): void {
  const parts: Parameters<typeof convertBlock>[3] = [];
  convertBlock(block, path, context, parts);
  for (const part of parts) {
    if (part.type === 'text') texts.push(part);
    else context.lose('unknown_block_dropped', path);
  }
}

function cleaned(parts: readonly TextPart[]): TextPart[] {
  const kept: TextPart[] = [];
  for (const part of parts) {
    const text = cutBillingHeader(part.text);
    if (text === part.text) kept.push(part);
    else if (text !== '') kept.push({ ...part, text });
  }
  return kept;
}

/** Cuts leading billing lines with their line ends; a rest of white space counts as empty. */
function cutBillingHeader(text: string): string {
  let start = 0;
  while (text.startsWith(BILLING_HEADER, start)) {
    LINE_END.lastIndex = start;
    start = LINE_END.test(text) ? LINE_END.lastIndex : text.length;
  }
  if (start === 0) return text;
  const rest = text.slice(start);
  return rest.trim() === '' ? '' : rest;
}
