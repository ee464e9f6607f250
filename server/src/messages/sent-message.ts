import type { MessageStreamEvent } from '@ccs/wire';

/** What a client has of a streamed message so far. */
export class SentMessage {
  #text = '';
  #onlyText = true;
  #finished = false;
  #open = false;
  #blocks = 0;

  /** The text of all its blocks. */
  get text(): string {
    return this.#text;
  }

  /** Nothing but text, and not the end: another model can go on from here. */
  get isPlainText(): boolean {
    return this.#onlyText && !this.#finished && this.#blocks <= 1;
  }

  /** The index of the block that is open; null: none is. */
  get openBlock(): number | null {
    return this.#open ? this.#blocks - 1 : null;
  }

  /** How many blocks have been begun. */
  get blockCount(): number {
    return this.#blocks;
  }

  read(event: MessageStreamEvent): void {
    switch (event.type) {
      case 'content_block_start':
        this.#blocks++;
        this.#open = true;
        if (event.content_block.type === 'text') this.#text += event.content_block.text;
        else this.#onlyText = false;
        return;
      case 'content_block_delta':
        if (event.delta.type === 'text_delta') this.#text += event.delta.text;
        else this.#onlyText = false;
        return;
      case 'content_block_stop':
        this.#open = false;
        return;
      case 'message_delta':
      case 'message_stop':
        this.#finished = true;
        return;
      default:
        return;
    }
  }
}
