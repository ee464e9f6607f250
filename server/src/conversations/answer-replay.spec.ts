import { describe, expect, it } from '@jest/globals';
import { accumulateMessage, type MessageStreamEvent } from '@ccs/wire';
import { AnswerReplay, type AnswerMoment } from './answer-replay.js';

const moment = (overrides: Partial<AnswerMoment> = {}): AnswerMoment => ({
  status: 'running',
  blocks: [],
  model: 'm',
  inputTokens: 5,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  stopReason: null,
  error: null,
  ...overrides,
});

const WHOLE: AnswerMoment['blocks'] = [
  { type: 'thinking', thinking: 'Let me see', signature: 'sig' },
  { type: 'text', text: 'Hello, wörld 👋' },
  { type: 'tool_use', id: 't1', name: 'Read', input: { path: 'a' } },
];

/** The answer when `share` of its characters have come. */
function partOf(share: number): AnswerMoment['blocks'] {
  let left = Math.floor(share * 40);
  const blocks: AnswerMoment['blocks'][number][] = [];
  for (const block of WHOLE) {
    if (left <= 0) break;
    const field = block.type === 'text' ? 'text' : 'thinking';
    const text = block[field] ?? '';
    blocks.push(text.length > left ? { ...block, [field]: text.slice(0, left) } : block);
    left -= Math.max(text.length, 1);
  }
  return blocks;
}

describe('the stream of an answer out of its moments', () => {
  it.each([1, 2, 3, 7, 40])('gives the whole answer, from %i moments', (count) => {
    const replay = new AnswerReplay('msg_1');
    const events: MessageStreamEvent[] = [];
    for (let step = 0; step < count; step += 1)
      events.push(...replay.advance(moment({ blocks: partOf(step / count) })));
    events.push(
      ...replay.advance(
        moment({ status: 'complete', blocks: WHOLE, stopReason: 'tool_use', outputTokens: 9 }),
      ),
    );
    expect(accumulateMessage(events)).toMatchObject({
      id: 'msg_1',
      content: WHOLE,
      stop_reason: 'tool_use',
      usage: { input_tokens: 5, output_tokens: 9 },
    });
    expect(events.map(({ type }) => type).filter((type) => type !== 'content_block_delta')).toEqual([
      'message_start',
      ...WHOLE.flatMap(() => ['content_block_start', 'content_block_stop']),
      'message_delta',
      'message_stop',
    ]);
    expect(replay.over).toBe(true);
    expect(replay.advance(moment({ status: 'complete', blocks: WHOLE }))).toEqual([]);
  });

  it('is silent while nothing new has come', () => {
    const replay = new AnswerReplay('msg_1');
    expect(replay.advance(moment())).toEqual([]);
    const some = moment({ blocks: [{ type: 'text', text: 'He' }] });
    expect(replay.advance(some)).toHaveLength(3);
    expect(replay.advance(some)).toEqual([]);
  });

  it('ends a failed answer with its error, after what had come of it', () => {
    const error = { type: 'overloaded_error', message: 'Try again' };
    const events = new AnswerReplay('msg_1').advance(
      moment({ status: 'failed', blocks: [{ type: 'text', text: 'He' }], error }),
    );
    expect(events.at(-1)).toEqual({ type: 'error', error });
    expect(events.filter(({ type }) => type === 'content_block_delta')).toHaveLength(1);
    expect(new AnswerReplay('msg_1').advance(moment({ status: 'failed', error }))).toEqual([
      { type: 'error', error },
    ]);
  });

  it('says of an interrupted answer that it is', () => {
    const [event] = new AnswerReplay('msg_1').advance(moment({ status: 'interrupted' }));
    expect(event).toMatchObject({ type: 'error', error: { type: 'api_error' } });
  });

  it('ends a stopped answer as one that is whole', () => {
    const events = new AnswerReplay('msg_1').advance(
      moment({ status: 'stopped', blocks: [{ type: 'text', text: 'He' }] }),
    );
    expect(events.at(-1)).toEqual({ type: 'message_stop' });
  });
});
