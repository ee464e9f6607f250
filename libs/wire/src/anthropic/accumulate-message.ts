import type { ContentBlock, Message } from './message.js';
import type { ContentBlockDelta, ErrorEvent, MessageStreamEvent } from './message-stream-event.js';

/** Where tool arguments that are not a JSON object are kept, in a plain answer and in an accumulated one. */
export const RAW_ARGUMENTS_KEY = '__raw_arguments';

/**
 * Folds the events of one streamed answer into the message that a plain call would have given. `add` every
 * event in its order; `message` may be read, but not changed, at any time in between. The input of a
 * tool_use block is `{}` until the block ends. Unknown events, blocks and deltas are passed over.
 */
export class MessageAccumulator {
  #message: Message | null = null;
  #error: ErrorEvent['error'] | null = null;
  #complete = false;
  #inputJson = '';

  /** The answer so far; null before message_start. */
  get message(): Message | null {
    return this.#message;
  }

  /** The error that ended the stream, if one did. */
  get error(): ErrorEvent['error'] | null {
    return this.#error;
  }

  /** Whether message_stop has come: nothing will change any more. */
  get complete(): boolean {
    return this.#complete;
  }

  add(event: MessageStreamEvent): void {
    if (event.type === 'error') {
      this.#error = event.error;
    } else if (event.type === 'message_start') {
      this.#message = {
        ...event.message,
        content: [...event.message.content],
        usage: { ...event.message.usage },
      };
    } else if (this.#message !== null) {
      this.#addTo(this.#message, event);
    }
  }

  #addTo(message: Message, event: Exclude<MessageStreamEvent, { type: 'error' | 'message_start' }>): void {
    switch (event.type) {
      case 'content_block_start':
        message.content[event.index] = { ...event.content_block };
        this.#inputJson = '';
        break;
      case 'content_block_delta': {
        const block = message.content[event.index];
        if (block !== undefined) this.#addDelta(block, event.delta);
        break;
      }
      case 'content_block_stop': {
        const block = message.content[event.index];
        if (block?.type === 'tool_use' && this.#inputJson !== '') block.input = parseInput(this.#inputJson);
        this.#inputJson = '';
        break;
      }
      case 'message_delta':
        message.stop_reason = event.delta.stop_reason;
        message.stop_sequence = event.delta.stop_sequence;
        message.usage = { ...message.usage, ...event.usage };
        break;
      case 'message_stop':
        this.#complete = true;
        break;
      case 'ping':
        break;
      default:
        event satisfies never;
    }
  }

  #addDelta(block: ContentBlock, delta: ContentBlockDelta): void {
    if (block.type === 'text' && delta.type === 'text_delta') block.text += delta.text;
    else if (block.type === 'thinking' && delta.type === 'thinking_delta') block.thinking += delta.thinking;
    else if (block.type === 'thinking' && delta.type === 'signature_delta') block.signature = delta.signature;
    else if (block.type === 'tool_use' && delta.type === 'input_json_delta')
      this.#inputJson += delta.partial_json;
  }
}

/** The message that a whole list of events stands for; null if it has no message_start. */
export function accumulateMessage(events: Iterable<MessageStreamEvent>): Message | null {
  const accumulator = new MessageAccumulator();
  for (const event of events) accumulator.add(event);
  return accumulator.message;
}

function parseInput(json: string): Record<string, unknown> {
  try {
    const input: unknown = JSON.parse(json);
    if (isRecord(input)) return input;
  } catch {
    // Cut off by max_tokens, or never JSON: kept as it came.
  }
  return { [RAW_ARGUMENTS_KEY]: json };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
