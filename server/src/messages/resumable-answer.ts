import { SseParser, type MessageStreamEvent, type SseEvent } from '@ccs/wire';
import type { AnswerSink } from '../http/answer-writer.js';
import { ContinuedMessage } from './continued-message.js';
import { SentMessage } from './sent-message.js';

type Headers = Readonly<Record<string, string>>;

/**
 * The answer of a call whose stream may be continued by another target: it reads along what is sent, keeps the error
 * of a broken stream back, and makes one message of what two targets send. Only for calls where a provider has
 * `resume_streams`: it costs a second look at every event.
 */
export class ResumableAnswer implements AnswerSink {
  readonly #sent = new SentMessage();
  #parser = new SseParser();
  #continued: ContinuedMessage | null = null;
  #continuationCommitted = false;
  /** The error event a stream ended with, not yet sent. */
  #failure: MessageStreamEvent | null = null;
  #headers: Headers = {};

  constructor(private readonly inner: AnswerSink) {}

  get started(): boolean {
    return this.inner.started;
  }

  /** Of the target that is writing now: the one that continues may still be replaced by another one. */
  get committed(): boolean {
    return this.#continued === null ? this.inner.committed : this.#continuationCommitted;
  }

  get committedAt(): number | null {
    return this.inner.committedAt;
  }

  get commentedAt(): number | null {
    return this.inner.commentedAt;
  }

  get closed(): boolean {
    return this.inner.closed;
  }

  get bytesWritten(): number {
    return this.inner.bytesWritten;
  }

  get requestId(): string {
    return this.inner.requestId;
  }

  /** Whether the stream that just broke can be continued: nothing but text was sent, and nobody has continued it yet. */
  get resumable(): boolean {
    return this.#failure !== null && this.#continued === null && this.#sent.isPlainText;
  }

  /** The text the client has. */
  get text(): string {
    return this.#sent.text;
  }

  /**
   * From now on another target continues the text.
   *
   * @param outputTokens of what the client has, for the usage of the whole message
   */
  resume(outputTokens: number): void {
    this.#failure = null;
    this.#parser = new SseParser();
    this.#continued = new ContinuedMessage(this.#sent, outputTokens);
  }

  /** Another target takes the place of one that did not get to continue. */
  resumeAgain(): void {
    this.#failure = null;
    this.#parser = new SseParser();
  }

  addHeaders(headers: Headers): void {
    this.inner.addHeaders(headers);
  }

  events(chunk: string | Uint8Array, headers: Headers, last = false): boolean {
    this.#headers = headers;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const events = this.#parser.push(bytes).flatMap(parseEvent);
    if (this.#continued !== null) return this.#writeContinued(this.#continued, events, headers, last);
    for (const event of events) this.#sent.read(event);
    const failure = events.find(({ type }) => type === 'error');
    if (failure === undefined) return this.inner.events(chunk, headers, last);
    this.#failure = failure;
    const before = events.slice(0, events.indexOf(failure));
    return before.length === 0 || this.inner.events(encode(before), headers);
  }

  comment(headers: Headers): void {
    this.inner.comment(headers);
  }

  /** Not while there is an error to tell: the call may go on. */
  end(): void {
    if (this.#failure === null) this.inner.end();
  }

  /** Tells the error that was kept back, if there is one: nobody continues. */
  giveUp(): void {
    const failure = this.#failure;
    if (failure === null) return;
    this.#failure = null;
    this.inner.events(encode([failure]), this.#headers, true);
  }

  release(): void {
    this.inner.release();
  }

  whole(status: number, headers: Headers, body: string | Uint8Array): void {
    this.inner.whole(status, headers, body);
  }

  json(status: number, headers: Headers, body: string): void {
    this.inner.json(status, headers, body);
  }

  onDrain(listener: () => void): void {
    this.inner.onDrain(listener);
  }

  fail(error: Parameters<AnswerSink['fail']>[0], headers: Headers): void {
    this.inner.fail(error, headers);
  }

  #writeContinued(
    message: ContinuedMessage,
    events: readonly MessageStreamEvent[],
    headers: Headers,
    last: boolean,
  ): boolean {
    const written: MessageStreamEvent[] = [];
    for (const event of events) {
      if (event.type === 'error') this.#failure = event;
      else written.push(...message.convert(event));
    }
    if (written.length === 0) return true;
    this.#continuationCommitted ||= written.some(({ type }) => type !== 'ping');
    return this.inner.events(encode(written), headers, last && this.#failure === null);
  }
}

/** Any event, also one that only pass-through knows. */
function encode(events: readonly MessageStreamEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** What our own converters wrote, or a provider's Anthropic events as they were checked on the way. */
function parseEvent({ data }: SseEvent): MessageStreamEvent[] {
  try {
    const event = JSON.parse(data) as MessageStreamEvent;
    return typeof event?.type === 'string' ? [event] : [];
  } catch {
    return [];
  }
}
