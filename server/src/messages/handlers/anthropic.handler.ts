import { encodeEvents, type Message } from '@ccs/wire';
import { Injectable } from '@nestjs/common';
import type { IncomingHttpHeaders } from 'node:http';
import { passesAsError, rewriteAnswer } from '../../converters/anthropic-anthropic/pass-through-answer.js';
import {
  passThroughRequestHeaders,
  passThroughResponseHeaders,
} from '../../converters/anthropic-anthropic/pass-through-headers.js';
import { PassThroughStream } from '../../converters/anthropic-anthropic/pass-through-stream.js';
import { messageToEvents } from '../../converters/message-to-events.js';
import { rewriteRequest } from '../../converters/anthropic-anthropic/rewrite-request.js';
import type { StreamUsage } from '../../converters/stream-converter.js';
import type { UpstreamError } from '../../errors/upstream-error.js';
import { maskSecretsIn, repeatsSecrets } from '../../provider-clients/mask-provider-secrets.js';
import { ProviderClient } from '../../provider-clients/provider-client.js';
import type { NetworkFailure, UpstreamExchange } from '../../provider-clients/upstream-exchange.js';
import { FactorTeacher } from '../../tokenizer/factor-teacher.js';
import type {
  AttemptOutcome,
  AttemptWatcher,
  FailedAttempt,
  MessageCall,
  MessageHandler,
  MessageTarget,
  PreparedAttempt,
} from '../message-call.js';
import { StreamTicker } from '../stream-ticker.js';
import { reportedInputTokens } from './reported-input-tokens.js';
import type { StreamPiece } from './stream-piece.js';
import { UpstreamAttempt } from './upstream-attempt.js';
import { errorOfAnswer, errorOfEvent, networkError } from './upstream-failures.js';

type Headers = Readonly<Record<string, string>>;

/** Serves a call from an Anthropic-format provider: the client's bytes go up, the provider's come down. */
@Injectable()
export class AnthropicHandler implements MessageHandler {
  readonly dialect = 'anthropic';

  constructor(
    private readonly client: ProviderClient,
    private readonly factors: FactorTeacher,
    private readonly ticker: StreamTicker,
  ) {}

  prepare(call: MessageCall, target: MessageTarget): PreparedAttempt {
    const profile = target.provider.profileOf(target.model);
    const request = rewriteRequest(call.request.bytes, call.request.parsed, { model: target.model, profile });
    const passed = passThroughRequestHeaders(call.headers, profile.betas, target.provider.apiVersion);
    return {
      losses: [...request.losses, ...passed.losses],
      run: async (headers, watcher) => {
        const modelKey = `${target.provider.id} ${target.model}`;
        const teaches = this.factors.wants(modelKey, call.request.sizeBytes);
        if (teaches) call.request.keep();
        const attempt = new AnthropicAttempt(call, target, headers, this.ticker, watcher, (listener, fresh) =>
          this.client.postMessages(
            target.provider,
            request.body,
            passed.headers,
            call.query,
            listener,
            fresh,
          ),
        );
        const outcome = await attempt.start();
        const reported = reportedInputTokens(attempt.usage);
        if (teaches && reported !== null)
          this.factors.observe(modelKey, () => call.request.parsed, call.request.sizeBytes, reported);
        return { outcome, firstEventAt: attempt.firstEventAt };
      },
    };
  }
}

class AnthropicAttempt extends UpstreamAttempt {
  #stream: PassThroughStream | undefined;
  #streamError: UpstreamError | null = null;
  #usage: StreamUsage | null = null;

  constructor(
    call: MessageCall,
    target: MessageTarget,
    headers: Headers,
    ticker: StreamTicker,
    watcher: AttemptWatcher,
    private readonly post: (listener: AnthropicAttempt, fresh: boolean) => UpstreamExchange,
  ) {
    super(call, target, headers, ticker, watcher);
  }

  protected get streamError(): UpstreamError | null {
    return this.#streamError;
  }

  protected get streamEmpty(): boolean {
    return this.#stream?.isEmpty === true;
  }

  protected get streamBegun(): boolean {
    return this.#stream?.begun === true;
  }

  protected get streamStarted(): boolean {
    return this.#stream?.started === true;
  }

  get usage(): StreamUsage | null {
    return this.#stream?.usage ?? this.#usage;
  }

  protected dispatch(fresh: boolean): UpstreamExchange {
    return this.post(this, fresh);
  }

  protected beginStream(headers: IncomingHttpHeaders): void {
    this.#stream = new PassThroughStream(this.call.request.model);
    this.headers = { ...this.headers, ...passThroughResponseHeaders(headers) };
  }

  protected pushStream(chunk: Buffer): StreamPiece {
    return this.#piece(this.#stream?.push(chunk));
  }

  protected endStream(reason: 'eof' | 'reset'): StreamPiece {
    return this.#piece(this.#stream?.end(reason));
  }

  protected answerWhole(status: number, headers: IncomingHttpHeaders, body: Buffer): AttemptOutcome {
    const answer = rewriteAnswer(body, this.call.request.model);
    const { stream } = this.call.request;
    const message = answer?.message ?? null;
    if (answer === null || (stream && message === null)) return this.refusal(status, headers, body);
    const passed = passThroughResponseHeaders(headers);
    this.#usage = answer.usage;
    const deliver = (own: Headers): void => {
      if (stream && message !== null) this.#asStream(message, { ...own, ...passed });
      else this.call.answer.whole(status, { ...own, ...passed }, answer.body);
    };
    if (answer.isEmpty) return { kind: 'empty', usage: answer.usage, deliver };
    deliver(this.headers);
    return { kind: 'answered', status, usage: answer.usage };
  }

  protected refusal(status: number, headers: IncomingHttpHeaders, body: Buffer): FailedAttempt {
    const error = errorOfAnswer(status, headers, body, this.target.provider);
    const failed: FailedAttempt = {
      kind: 'failed',
      error,
      committed: this.call.answer.committed,
      usage: null,
    };
    if (!passesAsError(status, body) || repeatsSecrets(body, this.target.provider)) return failed;
    return {
      ...failed,
      passOn: (own) =>
        this.call.answer.whole(status, { ...own, ...passThroughResponseHeaders(headers) }, body),
    };
  }

  protected networkError(failure: NetworkFailure | 'timeout'): UpstreamError {
    return networkError(failure, this.target.provider.name);
  }

  /** A whole answer although a stream was asked for: the client gets its stream. */
  #asStream(message: Message, { 'content-type': _, ...headers }: Headers): void {
    this.call.answer.events(encodeEvents(messageToEvents(message)), headers, true);
  }

  #piece(bytes: Uint8Array = new Uint8Array(0)): StreamPiece {
    const error = this.#stream?.error ?? null;
    const finished = this.#stream?.finished === true;
    if (error === null) return { bytes, finished };
    const { provider } = this.target;
    this.#streamError = errorOfEvent(error, provider);
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const masked = repeatsSecrets(buffer, provider) ? maskSecretsIn(buffer.toString(), provider) : bytes;
    return { bytes: masked, finished };
  }
}
