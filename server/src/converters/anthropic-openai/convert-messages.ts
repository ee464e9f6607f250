import type { ChatMessage } from '@ccs/wire';
import type { AssistantTurn } from './assistant-turn.js';
import { collectTurns, type Turn, type UserTurn } from './collect-turns.js';
import type { ConversionContext } from './conversion-context.js';
import { convertAssistantTurn, convertPrefill } from './convert-assistant-turn.js';
import type { ThinkingState } from './convert-thinking.js';
import { answersACall, convertUserTurn } from './convert-user-turn.js';

/** The converted conversation, without the system message. */
export interface ConvertedMessages {
  readonly messages: ChatMessage[];
  /** The last message is the beginning of the answer (R2.10). */
  readonly endsOnPrefill: boolean;
}

/**
 * Converts the conversation turn by turn (specification R2, R3, R5.5). What a turn becomes depends only on
 * it and its neighbours, so a conversation that grows keeps its converted beginning.
 *
 * @throws InvalidRequestError when no message is left, for a prefill the provider cannot take, and for what
 *   a block refuses
 */
export function convertMessages(
  source: readonly unknown[],
  state: ThinkingState,
  context: ConversionContext,
): ConvertedMessages {
  const turns = collectTurns(source, context);
  if (turns.length === 0) context.refuse(['messages'], 'must hold at least one message with content');
  const prefill = prefillOf(turns);
  if (prefill !== null && context.profile.prefill === 'reject') {
    context.refuse(prefill.path, 'this model cannot continue a given answer; end on a user message');
  }
  const replayFrom = context.profile.replay_scope === 'all' ? 0 : startOfCurrentTurn(turns);
  const messages: ChatMessage[] = [];
  for (let i = 0; i < turns.length; i++) {
    const turn = turns[i];
    if (turn?.side === 'user') convertUserTurn(turn, assistantAt(turns, i - 1), context, messages);
    else if (turn !== undefined && turn === prefill) messages.push(convertPrefill(turn, context.profile));
    else if (turn !== undefined) {
      messages.push(convertAssistantTurn(turn, context.profile, { inScope: i >= replayFrom, state }));
    }
  }
  const last = turns.at(-1);
  if (last?.side === 'assistant' && prefill === null) convertUserTurn(null, last, context, messages);
  return { messages, endsOnPrefill: prefill !== null };
}

function prefillOf(turns: readonly Turn[]): AssistantTurn | null {
  const last = turns.at(-1);
  return last?.side === 'assistant' && last.calls.length === 0 ? last : null;
}

/** Index of the last user turn in which the user himself speaks; what comes after it is one tool loop. */
function startOfCurrentTurn(turns: readonly Turn[]): number {
  return Math.max(
    0,
    turns.findLastIndex(
      (turn, i) => turn.side === 'user' && speaks(turn) && !answersACall(turn, assistantAt(turns, i - 1)),
    ),
  );
}

function speaks(turn: UserTurn): boolean {
  return turn.items.some((item) => item.kind === 'part' && !item.inlineSystem);
}

function assistantAt(turns: readonly Turn[], index: number): AssistantTurn | null {
  const turn = turns[index];
  return turn?.side === 'assistant' ? turn : null;
}
