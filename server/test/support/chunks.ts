import { SseParser, type MessageStreamEvent } from '@ccs/wire';
import type { AnswerContext } from '../../src/converters/anthropic-openai/answer-context.js';
import { OpenAiToAnthropicStream } from '../../src/converters/anthropic-openai/openai-to-anthropic-stream.js';

/** One chunk of a stream with this delta; `more` stands beside `choices`, `choice` beside `delta`. */
export function chunk(delta: object | null, choice: object = {}, more: object = {}): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'up-model',
    choices: [{ index: 0, delta, finish_reason: null, ...choice }],
    ...more,
  };
}

export const finish = (finish_reason: string): object => chunk({}, { finish_reason });

/** A chunk with one piece of a tool call. */
export function toolPiece(piece: {
  index?: number | undefined;
  id?: string | undefined;
  name?: string | undefined;
  args?: unknown;
  extra?: object;
}): object {
  const { index, id, name, args, extra } = piece;
  const called = {
    index,
    id,
    type: 'function',
    function: { name, arguments: args },
    ...(extra === undefined ? {} : { extra_content: extra }),
  };
  return chunk({ tool_calls: [called] });
}

export const DONE = '[DONE]';

/** The chunks as a provider writes them. */
export function sse(chunks: readonly (object | string)[]): string {
  return chunks.map((each) => `data: ${typeof each === 'string' ? each : JSON.stringify(each)}\n\n`).join('');
}

/** Everything that comes out for a list of chunks. */
export function convertChunks(
  context: AnswerContext,
  chunks: readonly (object | string)[],
  end: 'eof' | 'reset' = 'eof',
): MessageStreamEvent[] {
  return convertBytes(context, [Buffer.from(sse(chunks))], end);
}

/** Everything that comes out for bytes as they were read. */
export function convertBytes(
  context: AnswerContext,
  pieces: readonly Uint8Array[],
  end: 'eof' | 'reset' = 'eof',
): MessageStreamEvent[] {
  const parser = new SseParser();
  const converter = new OpenAiToAnthropicStream(context);
  const upstream = pieces.flatMap((piece) => parser.push(piece));
  const events = [...upstream, ...parser.end()].flatMap((event) => converter.push(event));
  return [...events, ...converter.end(end)];
}

/** `bytes` in pieces of the given sizes, over and over. */
export function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Blocks in short, for tables: `text:…`, `thinking:…`, `name(id) json`, and how the stream ended. */
export function outline(events: readonly MessageStreamEvent[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    if (event.type === 'content_block_start') lines.push(outlineStart(event.content_block));
    else if (event.type === 'content_block_delta')
      lines.push((lines.pop() ?? '') + outlineDelta(event.delta));
    else if (event.type === 'message_delta') lines.push(`= ${event.delta.stop_reason}`);
    else if (event.type === 'error') lines.push(`! ${event.error.type}`);
  }
  return lines;
}

type Start = Extract<MessageStreamEvent, { type: 'content_block_start' }>['content_block'];
type Delta = Extract<MessageStreamEvent, { type: 'content_block_delta' }>['delta'];

function outlineStart(block: Start): string {
  return block.type === 'tool_use' ? `${block.name}(${block.id}) ` : `${block.type}:`;
}

function outlineDelta(delta: Delta): string {
  switch (delta.type) {
    case 'text_delta':
      return delta.text;
    case 'thinking_delta':
      return delta.thinking;
    case 'input_json_delta':
      return delta.partial_json;
    case 'signature_delta':
      return '';
    default:
      return delta satisfies never;
  }
}
