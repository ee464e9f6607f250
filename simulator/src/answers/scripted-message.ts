import type { ModelCall } from '../calls/model-call.js';
import type { ContentPart, MessageAnswer, ScriptedUsage, ToolCallPart } from '../scripts/script.js';

/** A scripted answer with everything filled in that the script left open. */
export interface ScriptedMessage {
  /** Without the dialect's prefix unless the script gave one. */
  readonly id: string;
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly content: readonly MessagePart[];
  readonly finish: string;
  readonly usage: ScriptedUsage | null;
  readonly usageIn: NonNullable<MessageAnswer['usageIn']>;
  readonly interleaveToolCalls: boolean;
}

export type MessagePart = Exclude<ContentPart, ToolCallPart> | ResolvedToolCall;

export interface ResolvedToolCall {
  readonly type: 'tool_call';
  readonly id: string;
  readonly name: string;
  /** As they travel: JSON, unless the script says otherwise. */
  readonly argumentsText: string;
  readonly pieces: number | undefined;
}

/** Prompt size of scripts that give no usage. */
const DEFAULT_INPUT_TOKENS = 100;

export interface MessageContext {
  /** Absent for answers that do not depend on the request. */
  readonly call: ModelCall | undefined;
  /** Unique over all answers of this and any other simulator. */
  readonly uniqueId: string;
  /** `chatcmpl-`, `msg_`; and of tool call ids: `call_`, `toolu_`. */
  readonly prefixes: { readonly message: string; readonly toolCall: string };
  readonly nowMs: number;
}

export function resolveMessage(answer: MessageAnswer, context: MessageContext): ScriptedMessage {
  const id = answer.id ?? context.prefixes.message + context.uniqueId;
  const idBase = answer.id ?? context.uniqueId;
  const prefill = answer.continuesPrefill === true ? (context.call?.prefill ?? '') : '';
  const content = contentAfter(prefill, answer.content).map((part, index) =>
    part.type === 'tool_call'
      ? resolveToolCall(part, `${context.prefixes.toolCall}${idBase}_${index}`)
      : part,
  );
  const hasCalls = content.some((part) => part.type === 'tool_call');
  return {
    id,
    model: answer.model ?? context.call?.model ?? 'simulator',
    created: Math.floor(context.nowMs / 1000),
    content,
    finish: answer.finish ?? (hasCalls ? 'tool_calls' : 'stop'),
    usage: answer.usage === 'none' ? null : (answer.usage ?? estimateUsage(content)),
    usageIn: answer.usageIn ?? 'own_chunk',
    interleaveToolCalls: answer.interleaveToolCalls === true,
  };
}

/** Without what the text shares with the prefill. */
function contentAfter(prefill: string, content: readonly ContentPart[]): readonly ContentPart[] {
  if (prefill === '') return content;
  return content
    .map((part) =>
      part.type === 'text' && part.text.startsWith(prefill)
        ? { ...part, text: part.text.slice(prefill.length) }
        : part,
    )
    .filter((part) => part.type !== 'text' || part.text !== '');
}

function resolveToolCall(part: ToolCallPart, freshId: string): ResolvedToolCall {
  return {
    type: 'tool_call',
    id: part.id ?? freshId,
    name: part.name,
    argumentsText: typeof part.arguments === 'string' ? part.arguments : JSON.stringify(part.arguments),
    pieces: part.pieces,
  };
}

function estimateUsage(content: readonly MessagePart[]): ScriptedUsage {
  const output = content.reduce((sum, part) => sum + partTokens(part), 0);
  return { input: DEFAULT_INPUT_TOKENS, output };
}

function partTokens(part: MessagePart): number {
  switch (part.type) {
    case 'text':
      return estimateTokens(part.text) * (part.repeat ?? 1);
    case 'reasoning':
      return estimateTokens(part.text);
    case 'tool_call':
      return estimateTokens(part.name + part.argumentsText);
    default:
      return part satisfies never;
  }
}

/** About four characters each; at least one for any text. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
