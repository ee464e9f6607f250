import { isOutput, isUnexplainedStop } from '../empty-answer.js';
import { isRecord } from '../json-record.js';

/**
 * Notices when a stream of Anthropic events begins to have output. Its message_start, pings and the start of a text
 * are none, nor is white space: an error that follows them can still become another target's turn.
 */
export class FirstOutput {
  #come = false;
  #missing = false;
  #stopReason: unknown = undefined;

  /** Output has come, or the end. */
  get come(): boolean {
    return this.#come;
  }

  /** The answer is complete, has no output, and does not say why. */
  get missing(): boolean {
    return this.#missing;
  }

  /** An event nobody knows: to be on the safe side, output, if it is one of a model at all. */
  unknownEvent(event: unknown): void {
    this.#come ||= isRecord(event) && typeof event['type'] === 'string';
  }

  /** @param event parsed data of a content_block_start or content_block_delta */
  blockEvent(event: unknown): void {
    this.#come ||= isOutputEvent(event);
  }

  /** @param message of a message_start, or the delta of a message_delta */
  messageState(message: unknown): void {
    if (isRecord(message)) this.#stopReason = message['stop_reason'];
  }

  end(): void {
    this.#missing = !this.#come && isUnexplainedStop(this.#stopReason);
    this.#come = true;
  }
}

function isOutputEvent(event: unknown): boolean {
  if (!isRecord(event)) return false;
  const { content_block: block, delta } = event;
  if (isRecord(block)) return block['type'] === 'thinking' || isOutput(block);
  if (!isRecord(delta)) return true;
  if (typeof delta['text'] === 'string') return /\S/.test(delta['text']);
  return ![delta['thinking'], delta['partial_json'], delta['signature']].includes('');
}
