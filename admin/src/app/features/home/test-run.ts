import type { MessageStreamEvent, Usage } from '@ccs/wire';

/** One test message, from the click to the last word. Times are milliseconds since the click. */
export interface TestRun {
  readonly phase: 'waiting' | 'thinking' | 'answering' | 'done' | 'stopped' | 'failed';
  readonly text: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly firstTokenMs: number | null;
  readonly totalMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Why it failed, as the gateway said it; null: no connection. */
  readonly failure: string | null;
  readonly requestId: string | null;
}

export const NEW_RUN: TestRun = {
  phase: 'waiting',
  text: '',
  provider: null,
  model: null,
  firstTokenMs: null,
  totalMs: null,
  inputTokens: null,
  outputTokens: null,
  failure: null,
  requestId: null,
};

export function isRunning(run: TestRun): boolean {
  return run.phase === 'waiting' || run.phase === 'thinking' || run.phase === 'answering';
}

/** The run after one more event of its stream. */
export function foldEvent(run: TestRun, event: MessageStreamEvent, elapsedMs: number): TestRun {
  switch (event.type) {
    case 'message_start':
      return { ...run, inputTokens: inputOf(event.message.usage) };
    case 'content_block_delta':
      return foldDelta({ ...run, firstTokenMs: run.firstTokenMs ?? elapsedMs }, event.delta);
    case 'message_delta':
      return {
        ...run,
        inputTokens: inputOf(event.usage) ?? run.inputTokens,
        outputTokens: event.usage.output_tokens,
      };
    case 'message_stop':
      return { ...run, phase: 'done', totalMs: elapsedMs };
    case 'error':
      return { ...run, phase: 'failed', failure: event.error.message, requestId: event.request_id ?? null };
    case 'content_block_start':
    case 'content_block_stop':
    case 'ping':
      return run;
    default:
      // A kind of event that came later than this page.
      return run;
  }
}

type Delta = Extract<MessageStreamEvent, { type: 'content_block_delta' }>['delta'];

function foldDelta(run: TestRun, delta: Delta): TestRun {
  if (delta.type === 'text_delta') return { ...run, phase: 'answering', text: run.text + delta.text };
  return delta.type === 'thinking_delta' ? { ...run, phase: 'thinking' } : run;
}

/** All that went in, read from a cache or not; null: not told. Providers passed through tell less than ours does. */
function inputOf(usage: Partial<Usage>): number | null {
  if (usage.input_tokens === undefined) return null;
  return usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
}
