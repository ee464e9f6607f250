import type { ContentBlock, MessageStreamEvent, StopReason } from '@ccs/wire';
import type { AnswerState } from '@ccs/dto';
import type { StoredBlock } from './message-row.js';

/** An answer at one moment, as far as somebody who reads along must know it. */
export interface AnswerMoment {
  readonly status: AnswerState;
  readonly blocks: readonly StoredBlock[];
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly stopReason: string | null;
  readonly error: { readonly type: string; readonly message: string } | null;
}

/**
 * Makes the stream of an answer out of moments of it, for one reader: whoever comes late gets what there is in one
 * piece and then what comes. The events are those of the Messages API; a tool call's input comes when it is whole.
 * It does not matter how far apart the moments are, nor which process wrote the answer.
 */
export class AnswerReplay {
  #started = false;
  #over = false;
  /** The block that is open, and how much of it was sent. */
  #open: { readonly index: number; sent: number } | null = null;
  #nextIndex = 0;

  constructor(private readonly id: string) {}

  /** Everything has been sent. */
  get over(): boolean {
    return this.#over;
  }

  /** What is new since the last moment. */
  advance(moment: AnswerMoment): MessageStreamEvent[] {
    if (this.#over) return [];
    const ended = moment.status !== 'running';
    if (!this.#started && moment.blocks.length === 0 && !ended) return [];
    const events: MessageStreamEvent[] = [];
    if (!this.#started && moment.blocks.length + moment.outputTokens > 0) this.#start(moment, events);
    for (const [index, block] of moment.blocks.entries()) {
      if (index < this.#nextIndex - 1) continue;
      this.#advanceBlock(index, block, ended || index < moment.blocks.length - 1, events);
    }
    if (ended) this.#end(moment, events);
    return events;
  }

  #start(moment: AnswerMoment, events: MessageStreamEvent[]): void {
    this.#started = true;
    events.push({
      type: 'message_start',
      message: {
        id: this.id,
        type: 'message',
        role: 'assistant',
        model: moment.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: usageOf(moment),
      },
    });
  }

  #advanceBlock(index: number, block: StoredBlock, whole: boolean, events: MessageStreamEvent[]): void {
    if (index >= this.#nextIndex) {
      this.#nextIndex = index + 1;
      this.#open = { index, sent: 0 };
      events.push({ type: 'content_block_start', index, content_block: begunBlock(block) });
    }
    if (this.#open?.index !== index) return;
    const growing = GROWING[block.type];
    if (growing !== undefined) {
      const text = (block[growing] ?? '').slice(this.#open.sent);
      this.#open.sent += text.length;
      if (text !== '') events.push({ type: 'content_block_delta', index, delta: deltaOf(growing, text) });
    }
    if (!whole) return;
    this.#open = null;
    const last = lastDelta(block);
    if (last !== null) events.push({ type: 'content_block_delta', index, delta: last });
    events.push({ type: 'content_block_stop', index });
  }

  #end(moment: AnswerMoment, events: MessageStreamEvent[]): void {
    this.#over = true;
    if (moment.status === 'complete' || moment.status === 'stopped') {
      if (!this.#started) this.#start(moment, events);
      events.push(
        {
          type: 'message_delta',
          // Stored as it came from a converter or a provider.
          delta: { stop_reason: moment.stopReason as StopReason | null, stop_sequence: null },
          usage: usageOf(moment),
        },
        { type: 'message_stop' },
      );
      return;
    }
    const error = moment.error ?? INTERRUPTED;
    events.push({ type: 'error', error } as MessageStreamEvent);
  }
}

const INTERRUPTED = { type: 'api_error', message: 'The answer was interrupted. Ask again for another one.' };

/** Blocks that come bit by bit, and the field that grows. */
const GROWING: Readonly<Record<string, 'text' | 'thinking'>> = { text: 'text', thinking: 'thinking' };

function deltaOf(field: 'text' | 'thinking', text: string) {
  return field === 'text'
    ? ({ type: 'text_delta', text } as const)
    : ({ type: 'thinking_delta', thinking: text } as const);
}

/** The block with everything that comes later taken out. */
function begunBlock(block: StoredBlock): ContentBlock {
  const { type } = block;
  const begun =
    type === 'text'
      ? { type, text: '' }
      : type === 'thinking'
        ? { type, thinking: '', signature: '' }
        : type === 'tool_use'
          ? { ...block, input: {} }
          : block;
  // Block types that only pass-through knows travel as they came.
  return begun as unknown as ContentBlock;
}

function lastDelta(block: StoredBlock) {
  if (block.type === 'tool_use')
    return { type: 'input_json_delta', partial_json: JSON.stringify(block['input'] ?? {}) } as const;
  if (block.type === 'thinking' && typeof block['signature'] === 'string' && block['signature'] !== '')
    return { type: 'signature_delta', signature: block['signature'] } as const;
  return null;
}

function usageOf(moment: AnswerMoment) {
  return {
    input_tokens: moment.inputTokens,
    output_tokens: moment.outputTokens,
    cache_read_input_tokens: moment.cacheReadTokens,
    cache_creation_input_tokens: moment.cacheWriteTokens,
  };
}
