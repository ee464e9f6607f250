/** Frames with content; a few that open and close the answer come on top. */
export const FRAMES = 60;
/** How many reads of the socket a stream arrives in. */
const READS = 6;

const TEXT = (n: number): string => (n % 7 === 0 ? `"word${n}"\n` : ` word${n}`);

/** What the content frames of a Chat Completion stream hold, by kind. */
const DELTAS = {
  text: (n: number): object => ({ content: TEXT(n) }),
  reasoning: (n: number): object => ({ content: null, reasoning_content: ` word${n}` }),
  'tool arguments': (n: number): object => ({
    tool_calls: [
      n === 0
        ? { index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }
        : {
            index: 0,
            function: { arguments: n === 1 ? '{"city":"' : n === FRAMES - 1 ? '"}' : `word${n} ` },
          },
    ],
  }),
} as const;

export type StreamKind = keyof typeof DELTAS;

/** A Chat Completion stream as its bytes arrive. */
export function openaiReads(kind: StreamKind): readonly Buffer[] {
  const frame = (body: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-9', object: 'chat.completion.chunk', created: 1760000000, model: 'up-model', system_fingerprint: 'fp_1', ...body })}\n\n`;
  const choice = (delta: object, finish: string | null): object => ({
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
  });
  return cut([
    ...Array.from({ length: FRAMES }, (_, n) => frame(choice(DELTAS[kind](n), null))),
    frame(choice({}, 'stop')),
    frame({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 60, total_tokens: 72 } }),
    'data: [DONE]\n\n',
  ]);
}

/** An Anthropic stream as its bytes arrive. */
export function anthropicReads(): readonly Buffer[] {
  const event = (type: string, body: object): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`;
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'up-model', content: [] };
  return cut([
    event('message_start', { message: { ...message, usage: { input_tokens: 12, output_tokens: 1 } } }),
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
    ...Array.from({ length: FRAMES }, (_, n) =>
      event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: TEXT(n) } }),
    ),
    event('content_block_stop', { index: 0 }),
    event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 60 } }),
    event('message_stop', {}),
  ]);
}

function cut(frames: readonly string[]): readonly Buffer[] {
  const size = Math.ceil(frames.length / READS);
  return Array.from({ length: READS }, (_, n) =>
    Buffer.from(frames.slice(n * size, (n + 1) * size).join('')),
  );
}
