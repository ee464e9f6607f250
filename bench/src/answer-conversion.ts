import { encodeEvents, SseParser } from '@ccs/wire';
import type { AnswerContext } from '../../server/src/converters/anthropic-openai/answer-context.js';
import { OpenAiToAnthropicStream } from '../../server/src/converters/anthropic-openai/openai-to-anthropic-stream.js';
import { DEFAULT_PROFILE } from '../../server/src/converters/anthropic-openai/profile.js';

/**
 * What the way back costs by itself, without a network: SSE parser, stream converter and encoder over a stream
 * of 60 frames in 6 reads, in microseconds of CPU per stream: the wall clock would measure the neighbours.
 */
const FRAMES = 60;
const READS = 6;
const ROUNDS = 15;
const STREAMS_PER_ROUND = 2000;

const context: AnswerContext = {
  conversion: {
    body: { model: 'up-model', messages: [] },
    profile: DEFAULT_PROFILE,
    requestedModel: 'claude-sonnet-5',
    thinkingHidden: false,
    toolNames: new Map([['get_weather', 'get_weather']]),
    usedToolIds: new Set(),
    stopSequences: [],
    losses: [],
    base64Length: 0,
  },
  ids: { messageId: () => 'msg_0123456789abcdef', toolUseId: () => 'toolu_0123456789abcdef' },
  inputTokensEstimate: 12_000,
  providerName: 'bench',
};

const KINDS: Readonly<Record<string, (position: number) => object>> = {
  text: (n) => ({ content: n % 7 === 0 ? `"word${n}"\n` : ` word${n}` }),
  reasoning: (n) => ({ content: null, reasoning_content: ` word${n}` }),
  'tool arguments': (n) => ({
    tool_calls: [
      n === 0
        ? { index: 0, id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }
        : {
            index: 0,
            function: { arguments: n === 1 ? '{"city":"' : n === FRAMES - 1 ? '"}' : `word${n} ` },
          },
    ],
  }),
};

function reads(delta: (position: number) => object): readonly Buffer[] {
  const frame = (body: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-9', object: 'chat.completion.chunk', created: 1760000000, model: 'up-model', system_fingerprint: 'fp_1', ...body })}\n\n`;
  const frames = Array.from({ length: FRAMES }, (_, n) =>
    frame({ choices: [{ index: 0, delta: delta(n), logprobs: null, finish_reason: null }] }),
  );
  frames.push(
    frame({ choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }] }),
    frame({ choices: [], usage: { prompt_tokens: 12, completion_tokens: 60, total_tokens: 72 } }),
    'data: [DONE]\n\n',
  );
  const size = Math.ceil(frames.length / READS);
  return Array.from({ length: READS }, (_, n) =>
    Buffer.from(frames.slice(n * size, (n + 1) * size).join('')),
  );
}

/** Returns the length of what came out, so that nothing is optimised away. */
function convert(chunks: readonly Buffer[]): number {
  const parser = new SseParser();
  const converter = new OpenAiToAnthropicStream(context);
  let length = 0;
  for (const bytes of chunks) {
    const events = parser.push(bytes).flatMap((event) => converter.push(event));
    length += encodeEvents(events).length;
  }
  return length + encodeEvents(converter.end('eof')).length;
}

for (const [kind, delta] of Object.entries(KINDS)) {
  const chunks = reads(delta);
  const rounds: number[] = [];
  let length = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let n = 0; n < STREAMS_PER_ROUND; n++) length += convert(chunks);
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / STREAMS_PER_ROUND);
  }
  rounds.sort((a, b) => a - b);
  const best = rounds[0] ?? 0;
  const median = rounds[ROUNDS >> 1] ?? 0;
  console.log(
    `${kind.padEnd(15)} ${best.toFixed(1).padStart(7)} µs best ${median.toFixed(1).padStart(7)} µs median ` +
      `(${(median / FRAMES).toFixed(2)} µs per frame, ${length} characters out)`,
  );
}
