import type { ServerResponse } from 'node:http';
import type { GatewayError } from '../errors/gateway-error.js';

/** Written by hand: a hijacked reply runs no Fastify hook. */
const SECURITY_HEADERS = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' } as const;

type Headers = Readonly<Record<string, string>>;

/** What an attempt writes its answer to: the client's socket, or something in front of it. */
export type AnswerSink = Pick<AnswerWriter, keyof AnswerWriter>;

/**
 * Writes one answer of the data plane to a hijacked socket: either a whole body, or a stream. The status is
 * free until `startStream` or a whole body; a comment or the first event sends it. One `write` per upstream
 * read, and the caller stops reading while `write` says false until `onDrain` fires.
 *
 * What ends an answer (a whole body, the last events, an error) is held until `release`: by then the call has been
 * recorded.
 */
export class AnswerWriter {
  #started = false;
  #committedAt: number | null = null;
  #commentedAt: number | null = null;
  #bytes = 0;
  #added: Headers = {};
  #ending: (() => void) | null = null;

  constructor(
    private readonly raw: ServerResponse,
    readonly requestId: string,
  ) {}

  /** Headers have gone out. */
  get started(): boolean {
    return this.#started;
  }

  /** The first event has gone out: no other target may be tried any more. */
  get committed(): boolean {
    return this.#committedAt !== null;
  }

  /** When the first event, or the whole body, went out, in milliseconds of `performance.now()`; null: not yet. */
  get committedAt(): number | null {
    return this.#committedAt;
  }

  /** When the last comment went out, by `performance.now()`; null: none did. */
  get commentedAt(): number | null {
    return this.#commentedAt;
  }

  /** Nobody reads any more, or all has been said. */
  get closed(): boolean {
    return this.raw.destroyed || this.raw.writableEnded || this.#ending !== null;
  }

  get bytesWritten(): number {
    return this.#bytes;
  }

  /** Headers that go out with whatever the answer will be; those of the answer itself win. */
  addHeaders(headers: Headers): void {
    this.#added = { ...this.#added, ...headers };
  }

  /** A whole body; `body` is written as it is. */
  whole(status: number, headers: Headers, body: string | Uint8Array): void {
    if (this.closed || this.#started) return;
    this.#started = true;
    this.#committedAt = performance.now();
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    this.#bytes += bytes.length;
    this.#ending = () => {
      this.raw.writeHead(status, {
        ...SECURITY_HEADERS,
        ...this.#added,
        ...headers,
        'content-length': String(bytes.length),
      });
      this.raw.end(bytes);
    };
  }

  json(status: number, headers: Headers, body: string): void {
    this.whole(status, { 'content-type': 'application/json', ...headers }, body);
  }

  /**
   * Events of one upstream read, already encoded. Sends the headers first if they have not gone. False means
   * the client reads slower than the provider writes: wait for `onDrain`. `last`: they end the answer.
   */
  events(chunk: string | Uint8Array, headers: Headers, last = false): boolean {
    if (this.closed) return true;
    this.#startStream(headers);
    this.#committedAt ??= performance.now();
    // As bytes: of a string Node holds up to three times its length outside the heap while the client does not read.
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#bytes += bytes.length;
    if (!last) return this.raw.write(bytes);
    this.#ending = () => this.raw.end(bytes);
    return true;
  }

  /** An SSE comment: keeps the connection alive and commits nothing. */
  comment(headers: Headers): void {
    if (this.closed) return;
    this.#startStream(headers);
    this.#commentedAt = performance.now();
    this.raw.write(': keep-alive\n\n');
  }

  onDrain(listener: () => void): void {
    this.raw.once('drain', listener);
  }

  end(): void {
    if (!this.closed) this.#ending = () => this.raw.end();
  }

  /** Lets the end of the answer go; nothing happens while there is none, or nobody reads any more. */
  release(): void {
    const ending = this.#ending;
    this.#ending = null;
    if (!this.raw.destroyed && !this.raw.writableEnded) ending?.();
  }

  /** The error in the form that is still possible: an HTTP error, or an `event: error` in the stream. */
  fail(error: GatewayError, headers: Headers): void {
    if (this.closed) return;
    const body = JSON.stringify(error.toAnthropicBody(this.requestId));
    if (!this.#started) {
      this.json(error.status, { ...headers, ...error.headers }, body);
      return;
    }
    this.#ending = () => this.raw.end(`event: error\ndata: ${body}\n\n`);
  }

  #startStream(headers: Headers): void {
    if (this.#started) return;
    this.#started = true;
    this.raw.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      ...this.#added,
      ...headers,
    });
  }
}
