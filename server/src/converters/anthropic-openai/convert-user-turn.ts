import type { ChatContentPart, ChatMessage } from '@ccs/wire';
import { flatText } from '../flat-text.js';
import type { AssistantTurn } from './assistant-turn.js';
import type { UserTurn } from './collect-turns.js';
import { textPart, userContent } from './content-parts.js';
import type { ConversionContext } from './conversion-context.js';
import {
  convertOrphanResult,
  convertToolResult,
  missingToolResult,
  type ToolResult,
} from './convert-tool-result.js';

/**
 * Appends the messages of a user turn, the assistant turn before it being `asked` (or null): one tool message
 * per call in the order of the calls, then what the user said, in source order (specification R2.4, R2.5,
 * R2.8). `turn` is null when the request ends on calls.
 */
export function convertUserTurn(
  turn: UserTurn | null,
  asked: AssistantTurn | null,
  context: ConversionContext,
  messages: ChatMessage[],
): void {
  const answers = matchAnswers(turn, asked);
  const parts: ChatContentPart[] = [];
  for (const [index, { call }] of (asked?.calls ?? []).entries()) {
    const result = answers.byCall[index];
    if (result === undefined) {
      context.lose('tool_pairing_repaired', asked?.path ?? []);
      messages.push({ role: 'tool', tool_call_id: call.id, content: missingToolResult() });
      continue;
    }
    const { content, attachments } = convertToolResult(result, context.profile);
    messages.push({ role: 'tool', tool_call_id: call.id, content });
    if (attachments.length > 0) parts.push(textPart(flatText('Output of tool call ', call.id, ':')));
    for (const attachment of attachments) parts.push(attachment);
  }
  const flush = (): void => {
    if (parts.length > 0) messages.push({ role: 'user', content: userContent(parts, context.profile) });
    parts.length = 0;
  };
  for (const item of turn?.items ?? []) {
    switch (item.kind) {
      case 'part':
        parts.push(item.part);
        break;
      case 'system':
        flush();
        messages.push(item.message);
        break;
      case 'result':
        if (answers.results.has(item.result)) break;
        context.lose('tool_pairing_repaired', item.result.path);
        for (const part of convertOrphanResult(item.result, context.upstreamToolId(item.result.id)))
          parts.push(part);
        break;
      default:
        item satisfies never;
    }
  }
  flush();
}

/** Whether a user turn answers at least one call of the assistant turn before it (R5.5). */
export function answersACall(turn: UserTurn, asked: AssistantTurn | null): boolean {
  return matchAnswers(turn, asked).results.size > 0;
}

interface Answers {
  /** Result of the call at the same index; undefined where there is none. */
  readonly byCall: readonly (ToolResult | undefined)[];
  readonly results: ReadonlySet<ToolResult>;
}

/** The first result of an id answers its call; where a turn uses an id twice, the second its second call. */
function matchAnswers(turn: UserTurn | null, asked: AssistantTurn | null): Answers {
  if (turn === null || asked === null || asked.calls.length === 0) return { byCall: [], results: new Set() };
  const waiting = new Map<string, ToolResult[]>();
  for (const item of turn.items.toReversed()) {
    if (item.kind !== 'result') continue;
    const queue = waiting.get(item.result.id);
    if (queue === undefined) waiting.set(item.result.id, [item.result]);
    else queue.push(item.result);
  }
  const byCall = asked.calls.map(({ clientId }) => waiting.get(clientId)?.pop());
  return { byCall, results: new Set(byCall.filter((result) => result !== undefined)) };
}
