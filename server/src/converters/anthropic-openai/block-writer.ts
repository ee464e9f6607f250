import type {
  AnthropicErrorBody,
  ContentBlock,
  ContentBlockDelta,
  Message,
  MessageStreamEvent,
  Usage,
} from '@ccs/wire';
import type { MappedStop } from './map-stop-reason.js';

/**
 * Writes the events of one answer in the order Anthropic's clients rely on (specification S2): one block at a
 * time, indices consecutive, a block closed before the next opens. The caller says what the content is; when
 * blocks open and close follows from that. One per answer.
 */
export class BlockWriter {
  #events: MessageStreamEvent[] = [];
  #open: 'text' | 'thinking' | 'tool_use' | null = null;
  #index = -1;
  /** White space that opens no text block by itself (S3). */
  #leadingSpace = '';
  #writtenLength = 0;

  /** @param signThinking the signature of a thinking block, asked for when the block ends */
  constructor(private readonly signThinking: () => string) {}

  /** The events since the last call; the caller owns them. */
  take(): MessageStreamEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  /** Characters of text, thinking and tool input written so far. */
  get writtenLength(): number {
    return this.#writtenLength;
  }

  startMessage(message: Message): void {
    this.#events.push({ type: 'message_start', message });
  }

  text(text: string): void {
    if (this.#open !== 'text') {
      if (!/\S/.test(text)) {
        this.#leadingSpace += text;
        return;
      }
      const whole = this.#leadingSpace + text;
      this.#startBlock('text', { type: 'text', text: '' });
      this.#content({ type: 'text_delta', text: whole }, whole.length);
    } else {
      this.#content({ type: 'text_delta', text }, text.length);
    }
  }

  thinking(text: string): void {
    this.#leadingSpace = '';
    if (this.#open !== 'thinking')
      this.#startBlock('thinking', { type: 'thinking', thinking: '', signature: '' });
    this.#content({ type: 'thinking_delta', thinking: text }, text.length);
  }

  startToolUse(id: string, name: string): void {
    this.#startBlock('tool_use', { type: 'tool_use', id, name, input: {} });
  }

  /** Only after `startToolUse` and before anything else. */
  toolInput(json: string): void {
    if (json !== '') this.#content({ type: 'input_json_delta', partial_json: json }, json.length);
  }

  /** Ends the open block, if one is. */
  endBlock(): void {
    if (this.#open === null) return;
    if (this.#open === 'thinking') this.#delta({ type: 'signature_delta', signature: this.signThinking() });
    this.#open = null;
    this.#events.push({ type: 'content_block_stop', index: this.#index });
  }

  redactedThinking(data: string): void {
    this.endBlock();
    this.#index++;
    this.#events.push(
      { type: 'content_block_start', index: this.#index, content_block: { type: 'redacted_thinking', data } },
      { type: 'content_block_stop', index: this.#index },
    );
  }

  endMessage(stop: MappedStop, usage: Usage): void {
    this.endBlock();
    this.#events.push({ type: 'message_delta', delta: { ...stop }, usage }, { type: 'message_stop' });
  }

  /** The last event. An open block stays open: a client must not take it for whole. */
  error(body: AnthropicErrorBody): void {
    this.#events.push(body);
  }

  #startBlock(kind: 'text' | 'thinking' | 'tool_use', block: ContentBlock): void {
    this.endBlock();
    this.#leadingSpace = '';
    this.#open = kind;
    this.#index++;
    this.#events.push({ type: 'content_block_start', index: this.#index, content_block: block });
  }

  #content(delta: Exclude<ContentBlockDelta, { type: 'signature_delta' }>, length: number): void {
    this.#writtenLength += length;
    this.#delta(delta);
  }

  #delta(delta: ContentBlockDelta): void {
    this.#events.push({ type: 'content_block_delta', index: this.#index, delta });
  }
}
