import type { ContentBlockDelta, MessageStreamEvent } from '@ccs/wire';
import type { SentMessage } from './sent-message.js';

/**
 * Turns the events of a target that continues a text into events of the message the client is reading: no second
 * message_start, its first text in the block that is open, every other block behind it. One per continuation.
 */
export class ContinuedMessage {
  #open: number | null;
  #next: number;
  /** Block of the new target -> block of the client; null: it is not shown. */
  readonly #blocks = new Map<number, number | null>();
  /** White space the client has at its end and the new target did not see; it may come once more. */
  #overlap: string;

  constructor(
    sent: SentMessage,
    private readonly outputTokensBefore: number,
  ) {
    this.#open = sent.openBlock;
    this.#next = sent.blockCount;
    this.#overlap = trailingSpace(sent.text);
  }

  convert(event: MessageStreamEvent): MessageStreamEvent[] {
    switch (event.type) {
      case 'message_start':
        return [];
      case 'content_block_start':
        return this.#startBlock(event);
      case 'content_block_delta':
        return this.#delta(event.index, event.delta);
      case 'content_block_stop':
        return this.#stopBlock(event.index);
      case 'message_delta': {
        const { usage } = event;
        const whole = { ...usage, output_tokens: usage.output_tokens + this.outputTokensBefore };
        return [...this.#close(), { ...event, usage: whole }];
      }
      default:
        return [event];
    }
  }

  #startBlock(event: MessageStreamEvent & { type: 'content_block_start' }): MessageStreamEvent[] {
    const { type } = event.content_block;
    const isFirst = ![...this.#blocks.values()].some((index) => index !== null);
    // A client that reads a text does not expect thoughts in the middle of it.
    if (isFirst && (type === 'thinking' || type === 'redacted_thinking')) {
      this.#blocks.set(event.index, null);
      return [];
    }
    if (isFirst && type === 'text' && this.#open !== null) {
      this.#blocks.set(event.index, this.#open);
      return event.content_block.text === ''
        ? []
        : this.#delta(event.index, { type: 'text_delta', text: event.content_block.text });
    }
    const closed = this.#close();
    const index = this.#next++;
    this.#blocks.set(event.index, index);
    this.#open = index;
    return [...closed, { ...event, index }];
  }

  #delta(block: number, delta: ContentBlockDelta): MessageStreamEvent[] {
    const index = this.#blocks.get(block) ?? null;
    if (index === null) return [];
    if (delta.type !== 'text_delta' || this.#overlap === '') {
      return [{ type: 'content_block_delta', index, delta }];
    }
    const text = this.#withoutOverlap(delta.text);
    return text === '' ? [] : [{ type: 'content_block_delta', index, delta: { type: 'text_delta', text } }];
  }

  /** Leaves out what of the white space comes a second time. */
  #withoutOverlap(text: string): string {
    let at = 0;
    while (at < text.length && at < this.#overlap.length && text[at] === this.#overlap[at]) at++;
    this.#overlap = at === text.length ? this.#overlap.slice(at) : '';
    return text.slice(at);
  }

  #stopBlock(block: number): MessageStreamEvent[] {
    const index = this.#blocks.get(block) ?? null;
    if (index === null || index !== this.#open) return [];
    return this.#close();
  }

  #close(): MessageStreamEvent[] {
    if (this.#open === null) return [];
    const index = this.#open;
    this.#open = null;
    return [{ type: 'content_block_stop', index }];
  }
}

function trailingSpace(text: string): string {
  return text.slice(text.trimEnd().length);
}
