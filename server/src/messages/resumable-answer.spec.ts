import { describe, expect, it } from '@jest/globals';
import { MessageAccumulator, SseParser, type Message, type MessageStreamEvent } from '@ccs/wire';
import fc from 'fast-check';
import type { AnswerSink } from '../http/answer-writer.js';
import { ResumableAnswer } from './resumable-answer.js';

/** What a client's socket was given. */
class Client implements AnswerSink {
  readonly requestId = 'req_1';
  readonly commentedAt = null;
  readonly bytesWritten = 0;
  text = '';
  closed = false;

  get started(): boolean {
    return this.text !== '';
  }
  get committed(): boolean {
    return this.text !== '';
  }
  get committedAt(): number | null {
    return this.text === '' ? null : 1;
  }
  get received(): MessageStreamEvent[] {
    return new SseParser()
      .push(Buffer.from(this.text))
      .map(({ data }) => JSON.parse(data) as MessageStreamEvent);
  }
  events(chunk: string | Uint8Array, _headers: object, last = false): boolean {
    if (this.closed) return true;
    this.text += Buffer.from(chunk).toString('utf8');
    this.closed = last;
    return true;
  }
  end(): void {
    this.closed = true;
  }
  addHeaders(): void {}
  release(): void {}
  whole(): void {}
  json(): void {}
  comment(): void {}
  onDrain(): void {}
  fail(): void {}
}

function accumulateMessage(events: readonly MessageStreamEvent[]): Message {
  const accumulator = new MessageAccumulator();
  for (const event of events) accumulator.add(event);
  if (accumulator.message === null || !accumulator.complete) throw new Error('no whole message');
  return accumulator.message;
}

const encode = (...events: object[]): string =>
  events
    .map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`)
    .join('');

const USAGE = {
  input_tokens: 3,
  output_tokens: 5,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};
const start = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: USAGE,
  },
};
const open = (index: number, type = 'text') => ({
  type: 'content_block_start',
  index,
  content_block:
    type === 'text'
      ? { type, text: '' }
      : type === 'thinking'
        ? { type, thinking: '', signature: '' }
        : { type, id: 't', name: 'Read', input: {} },
});
const text = (index: number, piece: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'text_delta', text: piece },
});
const close = (index: number) => ({ type: 'content_block_stop', index });
const finish = (stop_reason = 'end_turn') => [
  { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: USAGE },
  { type: 'message_stop' },
];
const error = { type: 'error', error: { type: 'api_error', message: 'broke' } };

function broken(...events: object[]): { client: Client; answer: ResumableAnswer } {
  const client = new Client();
  const answer = new ResumableAnswer(client);
  answer.events(encode(start, ...events, error), {});
  answer.end();
  return { client, answer };
}

describe('an answer that may be resumed', () => {
  it('keeps the error of a broken text back, and tells it when nobody goes on', () => {
    const { client, answer } = broken(open(0), text(0, 'Hel'));
    expect(answer.resumable).toBe(true);
    expect(client.text).not.toContain('error');
    expect(client.closed).toBe(false);
    answer.giveUp();
    expect(client.received.at(-1)).toEqual(error);
    expect(client.closed).toBe(true);
  });

  it.each([
    ['a tool call', [open(0), text(0, 'I look'), close(0), open(1, 'tool_use')]],
    ['a thought', [open(0, 'thinking')]],
    ['the end', [open(0), text(0, 'x'), close(0), ...finish()]],
  ])('is not resumed across %s', (_, events) => {
    expect(broken(...events).answer.resumable).toBe(false);
  });

  it('makes one message of two, with the usage of both', () => {
    const { client, answer } = broken(open(0), text(0, 'Hel'));
    answer.resume(7);
    answer.events(encode(start, open(0), text(0, 'lo')), {});
    answer.events(encode(close(0), ...finish()), {});
    answer.end();
    const message = accumulateMessage(client.received);
    expect(message).toMatchObject({ content: [{ type: 'text', text: 'Hello' }], stop_reason: 'end_turn' });
    expect(message.usage.output_tokens).toBe(12);
    expect(client.closed).toBe(true);
  });

  it('ends a message that only lacked its end', () => {
    const { client, answer } = broken(open(0), text(0, 'Hello'));
    answer.resume(0);
    answer.events(encode(start, ...finish()), {});
    expect(accumulateMessage(client.received)).toMatchObject({ content: [{ type: 'text', text: 'Hello' }] });
  });

  it('shows a tool call that follows the text, but no thought before it', () => {
    const { client, answer } = broken(open(0), text(0, 'Hel'));
    answer.resume(0);
    answer.events(
      encode(
        start,
        open(0, 'thinking'),
        close(0),
        open(1),
        text(1, 'lo'),
        close(1),
        open(2, 'tool_use'),
        close(2),
        ...finish('tool_use'),
      ),
      {},
    );
    expect(accumulateMessage(client.received).content).toMatchObject([
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', name: 'Read' },
    ]);
  });

  it('lets another target take the place of one that broke before it went on, but resumes once only', () => {
    const { client, answer } = broken(open(0), text(0, 'Hel'));
    answer.resume(0);
    expect(answer.committed).toBe(false);
    answer.events(encode(start), {});
    expect(answer.committed).toBe(false);
    answer.resumeAgain();
    answer.events(encode(start, open(0), text(0, 'l'), error), {});
    expect(answer.committed).toBe(true);
    expect(answer.resumable).toBe(false);
    answer.giveUp();
    expect(client.received.at(-1)).toEqual(error);
  });

  it('joins the two halves of a text wherever it is cut, white space included', () => {
    const whole = fc.stringMatching(/^[ab \n]{1,30}$/).filter((each) => each.trim() !== '');
    fc.assert(
      fc.property(whole, fc.nat(30), fc.array(fc.integer({ min: 1, max: 4 })), (full, at, sizes) => {
        const sent = full.slice(0, at % (full.length + 1));
        const { client, answer } = sent === '' ? broken() : broken(open(0), text(0, sent));
        answer.resume(0);
        // A model goes on from what it was shown: the text without the white space at its end.
        let rest = full.slice(sent.trimEnd().length);
        const deltas: object[] = [];
        for (let i = 0; rest !== ''; i++) {
          const size = sizes[i % Math.max(1, sizes.length)] ?? 2;
          deltas.push(text(0, rest.slice(0, size)));
          rest = rest.slice(size);
        }
        answer.events(
          encode(start, ...(deltas.length === 0 ? [] : [open(0), ...deltas, close(0)]), ...finish()),
          {},
        );
        const [block] = accumulateMessage(client.received).content;
        expect(block).toEqual({ type: 'text', text: full });
      }),
    );
  });
});
