import type { GatewayError } from '../errors/gateway-error.js';
import type { AnswerSink } from '../http/answer-writer.js';
import type { CallCapture } from './call-capture.js';

type Headers = Readonly<Record<string, string>>;

/** Keeps what is written to a client, as it is written. */
export class CapturedAnswer implements AnswerSink {
  constructor(
    private readonly inner: AnswerSink,
    private readonly capture: CallCapture,
  ) {}

  get requestId(): string {
    return this.inner.requestId;
  }

  get started(): boolean {
    return this.inner.started;
  }

  get committed(): boolean {
    return this.inner.committed;
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

  addHeaders(headers: Headers): void {
    this.inner.addHeaders(headers);
  }

  whole(status: number, headers: Headers, body: string | Uint8Array): void {
    this.capture.emitted(body);
    this.inner.whole(status, headers, body);
  }

  json(status: number, headers: Headers, body: string): void {
    this.capture.emitted(body);
    this.inner.json(status, headers, body);
  }

  events(chunk: string | Uint8Array, headers: Headers, last?: boolean): boolean {
    this.capture.emitted(chunk);
    return this.inner.events(chunk, headers, last);
  }

  comment(headers: Headers): void {
    this.inner.comment(headers);
  }

  onDrain(listener: () => void): void {
    this.inner.onDrain(listener);
  }

  end(): void {
    this.inner.end();
  }

  release(): void {
    this.inner.release();
  }

  fail(error: GatewayError, headers: Headers): void {
    this.capture.emitted(JSON.stringify(error.toAnthropicBody(this.requestId)));
    this.inner.fail(error, headers);
  }
}
