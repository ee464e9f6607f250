import type { ChatAssistantMessage, ChatContentPart } from '@ccs/wire';
import type { AssistantTurn } from './assistant-turn.js';
import { joinTexts } from './content-parts.js';
import { SEPARATOR } from './conversion-context.js';
import type { ThinkingState } from './convert-thinking.js';
import type { Profile } from './profile.js';

/** The message of an assistant turn that is not empty (specification R2.3, R5.5, R5.6). */
export function convertAssistantTurn(
  turn: AssistantTurn,
  profile: Profile,
  replay: { readonly inScope: boolean; readonly state: ThinkingState },
): ChatAssistantMessage {
  const message: ChatAssistantMessage = { role: 'assistant', content: contentOf(turn, profile) };
  if (replay.inScope) replayReasoning(message, turn, profile, replay.state);
  if (turn.calls.length > 0) message.tool_calls = turn.toolCalls();
  return message;
}

/** The last turn, when the client wants the model to go on from there (R2.10). It carries no reasoning. */
export function convertPrefill(turn: AssistantTurn, profile: Profile): ChatAssistantMessage {
  const message: ChatAssistantMessage = { role: 'assistant', content: contentOf(turn, profile) };
  if (profile.prefill === 'prefix') message.prefix = true;
  if (profile.prefill === 'partial') message.partial = true;
  return message;
}

function contentOf(turn: AssistantTurn, profile: Profile): string | ChatContentPart[] | null {
  if (turn.texts.length > 0) return joinTexts(turn.texts);
  return profile.assistant_null_content === 'empty' ? '' : null;
}

function replayReasoning(
  message: ChatAssistantMessage,
  turn: AssistantTurn,
  profile: Profile,
  state: ThinkingState,
): void {
  const mode = profile.replay_reasoning;
  if (mode === 'none') return;
  if (mode === 'reasoning_details' && turn.reasoningDetails.length > 0) {
    message.reasoning_details = turn.reasoningDetails;
    return;
  }
  const text =
    turn.thinking.length > 0 ? turn.thinking.join(SEPARATOR) : missingReasoning(turn, profile, state);
  if (text === null) return;
  if (mode === 'reasoning_content') message.reasoning_content = text;
  else message.reasoning = text;
}

/** Some providers reject a history in which a message they thought about has no reasoning. */
function missingReasoning(turn: AssistantTurn, profile: Profile, state: ThinkingState): string | null {
  if (state === 'off') return null;
  return profile.replay_missing_on === 'all' || turn.calls.length > 0 ? profile.replay_missing : null;
}
