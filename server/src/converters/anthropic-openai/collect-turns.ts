import type { ChatContentPart, ChatSystemMessage } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { lastCacheControl, joinTexts, textPart } from './content-parts.js';
import { SEPARATOR, type ConversionContext, type Path } from './conversion-context.js';
import { AssistantTurn } from './assistant-turn.js';
import { convertBlock } from './convert-block.js';
import { readSystemTexts } from './convert-system.js';
import { readToolResult, type ToolResult } from './convert-tool-result.js';

/** One piece of the user side, in source order. */
export type UserItem =
  | { readonly kind: 'part'; readonly part: ChatContentPart; readonly inlineSystem: boolean }
  | { readonly kind: 'system'; readonly message: ChatSystemMessage }
  | { readonly kind: 'result'; readonly result: ToolResult };

export interface UserTurn {
  readonly side: 'user';
  readonly items: UserItem[];
}

export type Turn = AssistantTurn | UserTurn;

const REMINDER_OPEN = '<system-reminder>';

/**
 * Groups messages into turns: neighbours of one side are one turn, user and inline system being one side;
 * messages with nothing in them are left out, so that their neighbours meet (specification R2.2, R2.11).
 * Assistant and user turns alternate in what is returned.
 */
export function collectTurns(messages: readonly unknown[], context: ConversionContext): Turn[] {
  const turns: Turn[] = [];
  /** Thinking whose message says nothing else belongs to assistant text that follows at once, or to none. */
  let thinkingOnly: AssistantTurn | null = null;
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i];
    if (!isRecord(message)) continue;
    const last = turns.at(-1);
    if (message['role'] === 'assistant') {
      const turn: AssistantTurn = last?.side === 'assistant' ? last : (thinkingOnly ?? new AssistantTurn());
      turn.read(message, ['messages', i], context);
      if (turn === last) continue;
      thinkingOnly = turn.isEmpty ? turn : null;
      if (!turn.isEmpty) turns.push(turn);
    } else {
      const turn: UserTurn = last?.side === 'user' ? last : { side: 'user', items: [] };
      readUserSide(message, ['messages', i], context, turn.items);
      if (turn.items.length > 0) thinkingOnly = null;
      if (turn !== last && turn.items.length > 0) turns.push(turn);
    }
  }
  return turns;
}

function readUserSide(message: JsonRecord, path: Path, context: ConversionContext, items: UserItem[]): void {
  if (message['role'] === 'system') readInlineSystem(message, path, context, items);
  else readUserMessage(message, path, context, items);
}

function readUserMessage(
  message: JsonRecord,
  path: Path,
  context: ConversionContext,
  items: UserItem[],
): void {
  const content = message['content'];
  if (typeof content === 'string') {
    if (content !== '') items.push({ kind: 'part', part: textPart(content), inlineSystem: false });
    return;
  }
  if (!Array.isArray(content)) return;
  const parts: ChatContentPart[] = [];
  for (let i = 0; i < content.length; i++) {
    const block: unknown = content[i];
    const blockPath = [...path, 'content', i];
    if (isRecord(block) && block['type'] === 'tool_result') {
      items.push({ kind: 'result', result: readToolResult(block, blockPath, context) });
      continue;
    }
    parts.length = 0;
    convertBlock(block, blockPath, context, parts);
    for (const part of parts) items.push({ kind: 'part', part, inlineSystem: false });
  }
}

/** R2.9: user text at its place, or a system message where the provider takes those. Never hoisted. */
function readInlineSystem(
  message: JsonRecord,
  path: Path,
  context: ConversionContext,
  items: UserItem[],
): void {
  const texts = readSystemTexts(message['content'], [...path, 'content'], context);
  if (texts.length === 0) return;
  const { inline_system: mode, system_role: role } = context.profile;
  if (mode === 'keep') {
    items.push({ kind: 'system', message: { role, content: joinTexts(texts) } });
    return;
  }
  context.lose('inline_system_as_user', path);
  const text = texts.map((part) => part.text).join(SEPARATOR);
  const wrapped = text.startsWith(REMINDER_OPEN)
    ? text
    : flatText(REMINDER_OPEN, '\n', text, '\n</system-reminder>');
  items.push({ kind: 'part', part: textPart(wrapped, lastCacheControl(texts)), inlineSystem: true });
}
