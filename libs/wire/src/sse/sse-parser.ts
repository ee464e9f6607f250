import type { SseEvent } from './sse-event.js';

/** One event was larger than the parser's limit; nothing more can be read from the stream. */
export class SseEventTooLargeError extends Error {
  constructor(readonly limit: number) {
    super(`A server-sent event is larger than ${limit} characters`);
    this.name = 'SseEventTooLargeError';
  }
}

/** Only for bytes that end with a whole character: without a state V8 decodes many times faster. */
const wholeDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const BOM = '\uFEFF';

const DEFAULT_MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/**
 * Reads server-sent events out of bytes that may be cut anywhere, also within a character or a line end.
 * `id` and `retry` are ignored, and an event without data is none. Time is linear in the bytes; memory is
 * bounded by `maxEventLength`, in UTF-16 units. One per stream. Source: WHATWG HTML, "Server-sent events".
 */
export class SseParser {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The last byte may not have been the last of its character. */
  #cutCharacter = false;
  #atStart = true;
  /** The beginning of a line whose end has not come. Grows by appending only: a rope, read once. */
  #line = '';
  #lineEndedWithCr = false;
  #event = '';
  #data = '';
  #hasData = false;
  #commentCount = 0;
  #error: SseEventTooLargeError | null = null;

  constructor(private readonly maxEventLength: number = DEFAULT_MAX_EVENT_LENGTH) {}

  /** How many comment lines have come; providers send them to show that they are alive. */
  get commentCount(): number {
    return this.#commentCount;
  }

  /**
   * The events that `bytes` complete, in order.
   *
   * @throws SseEventTooLargeError once what came before has been returned; the parser is then of no more use
   */
  push(bytes: Uint8Array): SseEvent[] {
    return this.#read(this.#decode(bytes));
  }

  /** After the last byte: what an event lacks of its end is taken as given. Call once. */
  end(): SseEvent[] {
    const events = this.#read(this.#decoder.decode());
    this.#readLine(this.#line);
    this.#line = '';
    this.#dispatch(events);
    return events;
  }

  #decode(bytes: Uint8Array): string {
    if (bytes.length === 0) return '';
    const wasCut = this.#cutCharacter;
    this.#cutCharacter = (bytes[bytes.length - 1] ?? 0) >= 0x80;
    if (wasCut || this.#cutCharacter) return this.#decoder.decode(bytes, { stream: true });
    return wholeDecoder.decode(bytes);
  }

  #read(text: string): SseEvent[] {
    if (this.#error !== null) throw this.#error;
    const events: SseEvent[] = [];
    let start = 0;
    if (this.#atStart && text !== '') {
      this.#atStart = false;
      if (text.startsWith(BOM)) start = 1;
    }
    if (this.#lineEndedWithCr && text !== '') {
      this.#lineEndedWithCr = false;
      if (text.startsWith('\n', start)) start++;
    }
    let cr = text.indexOf('\r', start);
    let lf = text.indexOf('\n', start);
    for (;;) {
      const end = cr === -1 || (lf !== -1 && lf < cr) ? lf : cr;
      if (end === -1) break;
      const line = text.slice(start, end);
      if (this.#line === '') {
        this.#takeLine(line, events);
      } else {
        const whole = this.#line + line;
        this.#line = '';
        this.#takeLine(whole, events);
      }
      start = end + 1;
      if (end === cr) {
        if (start === text.length) this.#lineEndedWithCr = true;
        else if (lf === start) start++;
      }
      // Each is looked for again only when it was passed: a stream of one kind of line end stays linear.
      if (cr !== -1 && cr < start) cr = text.indexOf('\r', start);
      if (lf !== -1 && lf < start) lf = text.indexOf('\n', start);
    }
    this.#line += start === 0 ? text : text.slice(start);
    if (this.#line.length + this.#data.length > this.maxEventLength) this.#overflow(events);
    return events;
  }

  #takeLine(line: string, events: SseEvent[]): void {
    if (line === '') this.#dispatch(events);
    else this.#readLine(line);
  }

  #readLine(line: string): void {
    if (line.startsWith('data:')) {
      this.#addData(line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5));
    } else if (line.startsWith(':')) {
      this.#commentCount++;
    } else if (line.startsWith('event:')) {
      this.#event = line.slice(line.charCodeAt(6) === 0x20 ? 7 : 6);
    } else if (line === 'data') {
      this.#addData('');
    } else if (line === 'event') {
      this.#event = '';
    }
  }

  #addData(value: string): void {
    this.#data = this.#hasData ? `${this.#data}\n${value}` : value;
    this.#hasData = true;
  }

  #dispatch(events: SseEvent[]): void {
    if (this.#hasData) events.push({ event: this.#event, data: this.#data });
    this.#event = '';
    this.#data = '';
    this.#hasData = false;
  }

  /** What is whole is still handed out; the next call throws. */
  #overflow(events: readonly SseEvent[]): void {
    this.#error = new SseEventTooLargeError(this.maxEventLength);
    this.#line = this.#data = '';
    if (events.length === 0) throw this.#error;
  }
}
