import type { MessageStreamEvent, Usage } from '@ccs/wire';
import { NEW_RUN, foldEvent, isRunning } from './test-run';

const usage = (input: number, output: number): Usage => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 4,
});
const START: MessageStreamEvent = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usage(10, 0),
  },
};
const delta = (
  inner: Extract<MessageStreamEvent, { type: 'content_block_delta' }>['delta'],
): MessageStreamEvent => ({
  type: 'content_block_delta',
  index: 0,
  delta: inner,
});

function run(...events: readonly MessageStreamEvent[]) {
  return events.reduce((state, event, index) => foldEvent(state, event, (index + 1) * 100), NEW_RUN);
}

describe('foldEvent', () => {
  it('joins the text, times its first piece and counts all input', () => {
    const answered = run(
      START,
      { type: 'ping' },
      delta({ type: 'text_delta', text: 'Hel' }),
      delta({ type: 'text_delta', text: 'lo' }),
      { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: usage(12, 2) },
      { type: 'message_stop' },
    );
    expect(answered).toMatchObject({
      phase: 'done',
      text: 'Hello',
      firstTokenMs: 300,
      totalMs: 600,
      inputTokens: 19,
      outputTokens: 2,
    });
  });

  it('keeps the first count of the input when the last event leaves it out', () => {
    const output = { output_tokens: 5 } as Usage;
    const end = { stop_reason: 'end_turn', stop_sequence: null } as const;
    expect(run(START, { type: 'message_delta', delta: end, usage: output })).toMatchObject({
      inputTokens: 17,
      outputTokens: 5,
    });
  });

  it('shows that the model thinks until it speaks', () => {
    const thinking = run(START, delta({ type: 'thinking_delta', thinking: '…' }));
    expect(thinking).toMatchObject({ phase: 'thinking', text: '', firstTokenMs: 200 });
    expect(foldEvent(thinking, delta({ type: 'text_delta', text: 'a' }), 300).phase).toBe('answering');
  });

  it('ends with the words of an error in the stream and keeps what was said before', () => {
    const failed = run(START, delta({ type: 'text_delta', text: 'Hel' }), {
      type: 'error',
      error: { type: 'api_error', message: 'the provider broke off' },
      request_id: 'req_1',
    });
    expect(failed).toMatchObject({
      phase: 'failed',
      text: 'Hel',
      failure: 'the provider broke off',
      requestId: 'req_1',
    });
    expect(isRunning(failed)).toBe(false);
  });
});
