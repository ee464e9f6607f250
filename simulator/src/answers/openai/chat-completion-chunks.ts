import { cutText } from '../cut-text.js';
import {
  estimateTokens,
  type MessagePart,
  type ResolvedToolCall,
  type ScriptedMessage,
} from '../scripted-message.js';
import type { Frame } from '../reply.js';
import { thinkTags } from './chat-completion.js';
import { encodeOpenAiUsage, openAiFinishReason } from './usage.js';

interface Delta {
  readonly delta: Record<string, unknown>;
  /** Model output in it, for pacing. */
  readonly output: string;
}

const DEFAULT_ARGUMENT_PIECES = 3;

/** The server-sent events of a streamed chat completion, `[DONE]` included. */
export function encodeChatCompletionChunks(message: ScriptedMessage, includeUsage: boolean): Frame[] {
  const encoder = new ChunkEncoder(message, includeUsage);
  const blank = { delta: {}, output: '' };
  return [
    [encoder.chunk({ ...blank, delta: openingDelta(message) }, null)],
    ...contentFrames(message, encoder),
    [encoder.chunk(blank, openAiFinishReason(message.finish))],
    encoder.usageChunk(),
    [{ bytes: Buffer.from('data: [DONE]\n\n'), tokens: 0 }],
  ].flat();
}

function contentFrames(message: ScriptedMessage, encoder: ChunkEncoder): Frame[][] {
  const { content, interleaveToolCalls } = message;
  const calls = content.filter((part) => part.type === 'tool_call');
  const frames = content.map((part) => {
    if (part.type !== 'tool_call') return encoder.repeated(partDeltas(part, message), part);
    const index = calls.indexOf(part);
    const deltas = [callHeader(part, index), ...callPieces(part, index)];
    return interleaveToolCalls ? [] : deltas.map(encoder.delta);
  });
  return interleaveToolCalls ? [...frames, interleavedCalls(calls).map(encoder.delta)] : frames;
}

function openingDelta(message: ScriptedMessage): Record<string, unknown> {
  const callsOnly = message.content.length > 0 && message.content.every((part) => part.type === 'tool_call');
  return { role: 'assistant', content: callsOnly ? null : '' };
}

function partDeltas(part: Exclude<MessagePart, ResolvedToolCall>, message: ScriptedMessage): Delta[] {
  const tagged = part.type === 'reasoning' && part.field === 'think_tags';
  const text = tagged ? thinkTags(part.text) : part.text;
  const field = textField(part, message, tagged);
  return cutText(text, part.pieces).map((piece) => ({ delta: { [field]: piece }, output: piece }));
}

function textField(part: MessagePart, message: ScriptedMessage, tagged: boolean): string {
  if (part.type === 'reasoning' && !tagged) return part.field ?? 'reasoning_content';
  return message.finish === 'refusal' ? 'refusal' : 'content';
}

function callHeader(call: ResolvedToolCall, index: number): Delta {
  const header = { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } };
  return { delta: { tool_calls: [header] }, output: call.name };
}

function callPieces(call: ResolvedToolCall, index: number): Delta[] {
  return cutText(call.argumentsText, call.pieces ?? DEFAULT_ARGUMENT_PIECES).map((piece) => ({
    delta: { tool_calls: [{ index, function: { arguments: piece } }] },
    output: piece,
  }));
}

/** All headers, then the first piece of every call, then the second … */
function interleavedCalls(calls: readonly ResolvedToolCall[]): Delta[] {
  const pieces = calls.map((call, index) => callPieces(call, index));
  const rounds = Math.max(0, ...pieces.map((list) => list.length));
  return [
    ...calls.map((call, index) => callHeader(call, index)),
    ...Array.from({ length: rounds }, (_, round) =>
      pieces.flatMap((list) => list.slice(round, round + 1)),
    ).flat(),
  ];
}

class ChunkEncoder {
  readonly #prefix: string;
  readonly #usage: string | null;

  constructor(
    private readonly message: ScriptedMessage,
    includeUsage: boolean,
  ) {
    const { id, created, model } = message;
    const envelope = JSON.stringify({ id, object: 'chat.completion.chunk', created, model });
    this.#prefix = `data: ${envelope.slice(0, -1)},"choices":`;
    this.#usage =
      message.usage !== null && includeUsage ? JSON.stringify(encodeOpenAiUsage(message.usage)) : null;
  }

  readonly delta = (delta: Delta): Frame => this.chunk(delta, null);

  chunk({ delta, output }: Delta, finishReason: string | null): Frame {
    const choice = JSON.stringify({ index: 0, delta, logprobs: null, finish_reason: finishReason });
    const { usageIn } = this.message;
    const carriesUsage =
      this.#usage !== null &&
      (usageIn === 'every_chunk' || (usageIn === 'finish_chunk' && finishReason !== null));
    const usage = carriesUsage ? `,"usage":${this.#usage}` : '';
    return { bytes: Buffer.from(`${this.#prefix}[${choice}]${usage}}\n\n`), tokens: estimateTokens(output) };
  }

  /** Frames of a repeated text are encoded once and shared. */
  repeated(deltas: readonly Delta[], part: MessagePart): Frame[] {
    const frames = deltas.map(this.delta);
    const times = part.type === 'text' ? (part.repeat ?? 1) : 1;
    return times === 1 ? frames : Array.from({ length: times }, () => frames).flat();
  }

  usageChunk(): Frame[] {
    if (this.#usage === null || this.message.usageIn !== 'own_chunk') return [];
    return [{ bytes: Buffer.from(`${this.#prefix}[],"usage":${this.#usage}}\n\n`), tokens: 0 }];
  }
}
