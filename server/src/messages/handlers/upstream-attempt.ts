import type { IncomingHttpHeaders } from 'node:http';
import type { StreamUsage } from '../../converters/stream-converter.js';
import { UpstreamError } from '../../errors/upstream-error.js';
import type {
  ExchangeListener,
  NetworkFailure,
  UpstreamExchange,
} from '../../provider-clients/upstream-exchange.js';
import type {
  AttemptOutcome,
  AttemptWatcher,
  FailedAttempt,
  MessageCall,
  MessageTarget,
} from '../message-call.js';
import type { StreamTicker, Ticked } from '../stream-ticker.js';
import { MAX_ERROR_BODY_BYTES, MAX_WHOLE_ANSWER_BYTES } from './attempt-bounds.js';
import { AttemptClock } from './attempt-clock.js';
import { CollectedBody, isJsonType } from './collected-body.js';
import type { StreamPiece } from './stream-piece.js';

type Headers = Readonly<Record<string, string>>;

const PING = 'event: ping\ndata: {"type": "ping"}\n\n';

/**
 * One try at one target: sends, watches the clocks, moves bytes, stops reading while the client does not.
 * Dialects say how bytes become an answer; everything that is about sockets and time is here.
 */
export abstract class UpstreamAttempt implements ExchangeListener, Ticked {
  readonly #outcome = Promise.withResolvers<AttemptOutcome>();
  #settled = false;
  #exchange: UpstreamExchange | undefined;
  #mode: 'waiting' | 'stream' | 'collect' = 'waiting';
  #status = 0;
  #responseHeaders: IncomingHttpHeaders = {};
  readonly #body = new CollectedBody();
  readonly #clock: AttemptClock;
  #dispatchedAgain = false;
  #firstEventAt: number | null = null;
  readonly #onGone = (): void => this.#leave();

  protected constructor(
    protected readonly call: MessageCall,
    protected readonly target: MessageTarget,
    /** Of the answer; a dialect may add to them when the provider's headers are there. */
    protected headers: Headers,
    private readonly ticker: StreamTicker,
    private readonly watcher: AttemptWatcher,
  ) {
    // A client of a failed attempt has waited since then: to it, this is one silence.
    const heardAt = call.answer.commentedAt ?? call.startedAt;
    this.#clock = new AttemptClock(target.provider, call.request.stream, call.startedAt, heardAt);
  }

  /** When the first event with meaning, or the whole answer, had come, by `performance.now()`. */
  get firstEventAt(): number | null {
    return this.#firstEventAt;
  }

  /** No socket reads the request's body any more. */
  get sentWhole(): boolean {
    return !this.#dispatchedAgain && this.#exchange?.sentWhole === true;
  }

  /** Dispatches; called once, by the handler. */
  async start(): Promise<AttemptOutcome> {
    if (this.call.signal.aborted) {
      this.#finish({ kind: 'client_gone', usage: null });
      return this.#outcome.promise;
    }
    this.call.signal.addEventListener('abort', this.#onGone);
    this.ticker.add(this);
    await this.call.usage.dispatching(this.target);
    if (!this.#settled) this.#exchange = this.dispatch(false);
    return this.#outcome.promise;
  }

  /** @param fresh over a new connection */
  protected abstract dispatch(fresh: boolean): UpstreamExchange;
  /** A body that is not a stream: an answer to a plain call, or a JSON answer to a streaming one. */
  protected abstract answerWhole(status: number, headers: IncomingHttpHeaders, body: Buffer): AttemptOutcome;
  /** An error answer of the provider. */
  protected abstract refusal(status: number, headers: IncomingHttpHeaders, body: Buffer): FailedAttempt;
  protected abstract networkError(failure: NetworkFailure | 'timeout'): UpstreamError;
  /** A stream begins; `pushStream` and `endStream` follow. */
  protected abstract beginStream(headers: IncomingHttpHeaders): void;
  protected abstract pushStream(chunk: Buffer): StreamPiece;
  protected abstract endStream(reason: 'eof' | 'reset'): StreamPiece;
  /** The error the stream ended with, once `pushStream` or `endStream` put one into its bytes. */
  protected abstract readonly streamError: UpstreamError | null;
  /** Whether an event with meaning has come; comments and empty chunks do not count. */
  protected abstract readonly streamStarted: boolean;
  /** It has events that mean something to a client, output or not. */
  protected abstract readonly streamBegun: boolean;
  /** Whether the stream is complete and has no output (`StreamConverter.isEmpty`). */
  protected abstract readonly streamEmpty: boolean;
  abstract readonly usage: StreamUsage | null;

  onRequest(body: Uint8Array): void {
    this.call.capture?.dispatched(this.target, body);
  }

  onHeaders(status: number, headers: IncomingHttpHeaders): void {
    this.call.capture?.answered(status);
    this.#status = status;
    this.#responseHeaders = headers;
    this.#clock.read();
    const isStream = status < 300 && this.call.request.stream && !isJsonType(headers['content-type']);
    this.#mode = isStream ? 'stream' : 'collect';
    if (isStream) this.beginStream(headers);
  }

  onData(chunk: Buffer): void {
    if (this.#settled) return;
    this.#clock.read();
    this.call.capture?.received(chunk);
    this.#guarded(() => {
      if (this.#mode === 'collect') this.#collect(chunk);
      else this.#emit(this.pushStream(chunk));
    });
  }

  onEnd(): void {
    if (this.#settled) return;
    this.#guarded(() => {
      if (this.#mode === 'stream') {
        this.#emit(this.endStream('eof'), true);
        this.#finishStream();
      } else {
        this.#answerCollected();
      }
    });
  }

  onFailure(failure: NetworkFailure): void {
    if (this.#settled) return;
    this.#guarded(() => {
      if (failure === 'stale' && !this.#dispatchedAgain) {
        // The provider had closed a connection that was kept for reuse: that is no failure, and nobody's attempt.
        this.#dispatchedAgain = true;
        this.#exchange = this.dispatch(true);
      } else {
        this.#breakOff(failure);
      }
    });
  }

  tick(now: number): void {
    if (this.#settled) return;
    const due = this.#clock.due(now, this.streamStarted);
    switch (due) {
      case 'stalled':
        this.#leave();
        return;
      case 'timeout':
        this.#guarded(() => this.#breakOff('timeout'));
        this.#exchange?.abort();
        return;
      case 'silent':
        this.#clock.told(now);
        if (this.call.answer.committed) this.call.answer.events(PING, this.headers);
        else this.call.answer.comment(this.headers);
        return;
      case null:
        return;
      default:
        due satisfies never;
    }
  }

  #answerCollected(): void {
    const isAnswer = this.#status < 300;
    if (isAnswer) this.#noteFirstEvent();
    const answer = [this.#status, this.#responseHeaders, this.#body.take()] as const;
    this.#finish(isAnswer ? this.answerWhole(...answer) : this.refusal(...answer));
  }

  #collect(chunk: Buffer): void {
    const bytes = this.#body.length + chunk.length;
    if (this.#status >= 300 && bytes > MAX_ERROR_BODY_BYTES) {
      this.#finish(this.refusal(this.#status, this.#responseHeaders, this.#body.take()));
      this.#exchange?.abort();
    } else if (bytes > MAX_WHOLE_ANSWER_BYTES) {
      const { name } = this.target.provider;
      this.#fail(new UpstreamError('upstream_failed', `Provider ${name} sent an answer that is too large`));
      this.#exchange?.abort();
    } else {
      this.#body.add(chunk);
    }
  }

  /** `ended`: the provider's stream has ended. */
  #emit(piece: StreamPiece, ended = false): void {
    if (this.#firstEventAt === null && this.streamStarted) this.#noteFirstEvent();
    if (piece.finished && this.streamEmpty && !this.call.answer.committed) {
      this.#finishEmpty(piece.bytes);
      return;
    }
    const early = this.#earlyError();
    if (early !== null) {
      this.#fail(early, ended ? this.#beginning(piece) : {});
      if (!ended) this.#exchange?.abort();
      return;
    }
    if (piece.bytes.length > 0) {
      this.#clock.passedOn();
      const last = ended || piece.finished || this.streamError !== null;
      if (!this.call.answer.events(piece.bytes, this.headers, last)) this.#pause();
      this.call.request.forget();
      if (!last) this.call.usage.progressed(this.#clock.lastByteAt, this);
    }
    if (piece.finished || this.streamError !== null) this.#finishStream();
  }

  #pause(): void {
    this.#clock.pause();
    this.#exchange?.pause();
    this.call.answer.onDrain(() => {
      this.#clock.resume();
      this.#exchange?.resume();
    });
  }

  #finishStream(): void {
    if (this.#settled) return;
    if (this.streamError === null) {
      this.call.answer.end();
      this.#finish({ kind: 'answered', status: 200, usage: this.usage });
    } else {
      this.#fail(this.streamError);
      // Whatever else it has to say, nobody reads.
      this.#exchange?.abort();
    }
  }

  #finishEmpty(bytes: string | Uint8Array): void {
    this.#finish({
      kind: 'empty',
      usage: this.usage,
      deliver: (headers) => {
        this.call.answer.events(bytes, headers, true);
      },
    });
  }

  #noteFirstEvent(): void {
    this.#firstEventAt = this.#clock.lastByteAt;
    this.watcher.firstEvent(this.#firstEventAt);
  }

  /** The upstream ended without an answer, or in the middle of one. */
  #breakOff(failure: NetworkFailure | 'timeout'): void {
    if (this.#mode !== 'stream' || (failure === 'timeout' && !this.streamStarted)) {
      this.#fail(this.networkError(failure));
      return;
    }
    // What the converter holds back is delivered before the error (S6); a complete answer stays complete.
    const piece = this.endStream('reset');
    if (this.#earlyError() !== null) {
      this.#fail(this.networkError(failure), this.#beginning(piece));
    } else {
      this.#emit(piece, true);
      this.#finishStream();
    }
  }

  /** An error before the first output can still become an HTTP error, or another target's turn. */
  #earlyError(): UpstreamError | null {
    return this.streamStarted || this.call.answer.committed ? null : this.streamError;
  }

  /** Where nobody answers better, the client gets what had come of a stream that broke off, and its error (T5). */
  #beginning({ bytes }: StreamPiece): Pick<FailedAttempt, 'passOn'> {
    if (!this.streamBegun) return {};
    return {
      passOn: (headers) => void this.call.answer.events(bytes, { ...this.headers, ...headers }, true),
    };
  }

  #fail(error: UpstreamError, more: Pick<FailedAttempt, 'passOn'> = {}): void {
    const committed = this.call.answer.committed;
    if (committed) this.call.answer.end();
    const { usage } = this;
    // Who answered nothing at all has used nothing, unless the provider says so.
    const used = this.#firstEventAt === null && usage?.estimated === true ? null : usage;
    this.#finish({ kind: 'failed', error, committed, usage: used, ...more });
  }

  #leave(): void {
    if (this.#settled) return;
    this.#finish({ kind: 'client_gone', usage: this.usage });
    this.#exchange?.abort();
  }

  #finish(outcome: AttemptOutcome): void {
    if (this.#settled) return;
    this.#close();
    if (outcome.kind === 'answered') this.call.request.forget();
    this.#outcome.resolve(outcome);
  }

  /** A fault of ours in a socket's callback belongs to this call, not to the connection. */
  #guarded(step: () => void): void {
    try {
      step();
    } catch (thrown) {
      this.#close();
      this.#exchange?.abort();
      this.#outcome.reject(thrown);
    }
  }

  #close(): void {
    this.#settled = true;
    this.ticker.delete(this);
    this.call.signal.removeEventListener('abort', this.#onGone);
    this.#body.clear();
  }
}
