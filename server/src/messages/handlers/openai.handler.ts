import { Injectable } from '@nestjs/common';
import {
  encodeEvents,
  SseEventTooLargeError,
  SseParser,
  type MessageStreamEvent,
  type SseEvent,
} from '@ccs/wire';
import type { IncomingHttpHeaders } from 'node:http';
import type { AnswerContext } from '../../converters/anthropic-openai/answer-context.js';
import type { WayBack } from '../../converters/anthropic-openai/conversion.js';
import { convertRequest } from '../../converters/anthropic-openai/convert-request.js';
import {
  convertResponse,
  convertResponseToEvents,
} from '../../converters/anthropic-openai/convert-response.js';
import { OpenAiToAnthropicStream } from '../../converters/anthropic-openai/openai-to-anthropic-stream.js';
import { isEmptyMessage } from '../../converters/empty-answer.js';
import { stringifyJson } from '../../converters/stringify-json.js';
import type { StreamUsage } from '../../converters/stream-converter.js';
import { UpstreamError } from '../../errors/upstream-error.js';
import { giveBackBody } from '../../http/body-pool.js';
import { maskProviderSecrets, maskSecretsIn } from '../../provider-clients/mask-provider-secrets.js';
import { ProviderClient } from '../../provider-clients/provider-client.js';
import type { NetworkFailure, UpstreamExchange } from '../../provider-clients/upstream-exchange.js';
import { FactorTeacher } from '../../tokenizer/factor-teacher.js';
import { TokenEstimates } from '../../tokens/token-estimates.js';
import type {
  AttemptOutcome,
  AttemptWatcher,
  AttemptReport,
  FailedAttempt,
  MessageCall,
  MessageHandler,
  MessageTarget,
  PreparedAttempt,
} from '../message-call.js';
import { StreamTicker } from '../stream-ticker.js';
import { randomIds, sha256Hex } from './conversion-sources.js';
import { encodeRequest } from './encode-request.js';
import { reportedInputTokens } from './reported-input-tokens.js';
import type { StreamPiece } from './stream-piece.js';
import { UpstreamAttempt } from './upstream-attempt.js';
import { errorOfAnswer, networkError, parseJson } from './upstream-failures.js';

type Headers = Readonly<Record<string, string>>;

/** What is kept of a converted request while its answer comes: neither the client's objects nor those made from them. */
interface SentRequest {
  readonly bytes: Buffer;
  /** Without base64. */
  readonly countedBytes: number;
  readonly wayBack: WayBack;
}

/** Serves a call from an OpenAI-format provider: converts the request, and every event on the way back. */
@Injectable()
export class OpenAiHandler implements MessageHandler {
  readonly dialect = 'openai';

  constructor(
    private readonly client: ProviderClient,
    private readonly estimates: TokenEstimates,
    private readonly factors: FactorTeacher,
    private readonly ticker: StreamTicker,
  ) {}

  prepare(call: MessageCall, target: MessageTarget): PreparedAttempt {
    const profile = target.provider.profileOf(target.model);
    const { body, losses, base64Length, ...wayBack } = convertRequest(
      call.request.parsed,
      { model: target.model, profile },
      sha256Hex,
    );
    const bytes = encodeRequest(body);
    const sent: SentRequest = { bytes, countedBytes: bytes.length - base64Length, wayBack };
    return { losses, run: (headers, watcher) => this.#run(call, target, sent, headers, watcher) };
  }

  async #run(
    call: MessageCall,
    target: MessageTarget,
    { bytes, countedBytes, wayBack }: SentRequest,
    headers: Headers,
    watcher: AttemptWatcher,
  ): Promise<AttemptReport> {
    const modelKey = `${target.provider.id} ${target.model}`;
    const context: AnswerContext = {
      conversion: wayBack,
      ids: randomIds,
      inputTokensEstimate: this.estimates.fromBytes(modelKey, countedBytes),
      providerName: target.provider.name,
    };
    const attempt = new OpenAiAttempt(
      call,
      target,
      headers,
      this.ticker,
      watcher,
      context,
      (listener, fresh) => this.client.postChatCompletion(target.provider, bytes, listener, fresh),
    );
    const teaches = this.factors.wants(modelKey, call.request.sizeBytes);
    if (teaches) call.request.keep();
    const outcome = await attempt.start();
    if (attempt.sentWhole && call.capture === null) giveBackBody(bytes);
    const reported = reportedInputTokens(attempt.usage);
    if (reported !== null) {
      this.estimates.learnFromBytes(modelKey, countedBytes, reported);
      if (teaches)
        this.factors.observe(modelKey, () => call.request.parsed, call.request.sizeBytes, reported);
    }
    return { outcome, firstEventAt: attempt.firstEventAt };
  }
}

class OpenAiAttempt extends UpstreamAttempt {
  readonly #parser = new SseParser();
  #converter: OpenAiToAnthropicStream | undefined;
  #started = false;
  #usage: StreamUsage | null = null;

  constructor(
    call: MessageCall,
    target: MessageTarget,
    headers: Headers,
    ticker: StreamTicker,
    watcher: AttemptWatcher,
    private readonly context: AnswerContext,
    private readonly post: (listener: OpenAiAttempt, fresh: boolean) => UpstreamExchange,
  ) {
    super(call, target, headers, ticker, watcher);
  }

  protected get streamError(): UpstreamError | null {
    const failure = this.#converter?.failure ?? null;
    return failure === null ? null : maskProviderSecrets(failure, this.target.provider);
  }

  protected get streamEmpty(): boolean {
    return this.#converter?.isEmpty === true;
  }

  protected get streamBegun(): boolean {
    return this.#started;
  }

  protected get streamStarted(): boolean {
    return this.#started;
  }

  get usage(): StreamUsage | null {
    return this.#converter?.usage ?? this.#usage;
  }

  protected dispatch(fresh: boolean): UpstreamExchange {
    return this.post(this, fresh);
  }

  protected beginStream(): void {
    this.#converter = new OpenAiToAnthropicStream(this.context);
  }

  protected pushStream(chunk: Buffer): StreamPiece {
    let events: readonly SseEvent[];
    try {
      events = this.#parser.push(chunk);
    } catch (error) {
      if (error instanceof SseEventTooLargeError) return this.#piece(this.#converter?.end('too_large') ?? []);
      throw error;
    }
    return this.#piece(this.#convert(events));
  }

  protected endStream(reason: 'eof' | 'reset'): StreamPiece {
    const events = this.#convert(this.#parser.end());
    return this.#piece([...events, ...(this.#converter?.end(reason) ?? [])]);
  }

  protected answerWhole(status: number, _headers: IncomingHttpHeaders, body: Buffer): AttemptOutcome {
    const answer = parseJson(body.toString('utf8'));
    try {
      if (this.call.request.stream) {
        const { events, message, usageReported } = convertResponseToEvents(answer, this.context);
        this.#usage = { ...message.usage, estimated: !usageReported };
        const deliver = (headers: Headers): void => {
          this.call.answer.events(encodeEvents(events), headers, true);
        };
        if (isEmptyMessage(message)) return { kind: 'empty', usage: this.#usage, deliver };
        deliver(this.headers);
      } else {
        const { message, usageReported } = convertResponse(answer, this.context);
        this.#usage = { ...message.usage, estimated: !usageReported };
        const deliver = (headers: Headers): void =>
          this.call.answer.json(status, headers, stringifyJson(message));
        if (isEmptyMessage(message)) return { kind: 'empty', usage: this.#usage, deliver };
        deliver(this.headers);
      }
    } catch (error) {
      if (error instanceof UpstreamError) return this.#failed(error);
      throw error;
    }
    return { kind: 'answered', status, usage: this.#usage };
  }

  protected refusal(status: number, headers: IncomingHttpHeaders, body: Buffer): FailedAttempt {
    return this.#failed(errorOfAnswer(status, headers, body, this.target.provider));
  }

  protected networkError(failure: NetworkFailure | 'timeout'): UpstreamError {
    return networkError(failure, this.target.provider.name);
  }

  #convert(upstream: readonly SseEvent[]): MessageStreamEvent[] {
    const events: MessageStreamEvent[] = [];
    for (const event of upstream) {
      for (const each of this.#converter?.push(event) ?? []) events.push(each);
    }
    return events;
  }

  #piece(events: readonly MessageStreamEvent[]): StreamPiece {
    if (events.length > 0 && events[0]?.type !== 'error') this.#started = true;
    const bytes = encodeEvents(events);
    const hasFailed = (this.#converter?.failure ?? null) !== null;
    return {
      bytes: hasFailed ? maskSecretsIn(bytes, this.target.provider) : bytes,
      finished: this.#converter?.finished === true,
    };
  }

  #failed(error: UpstreamError): FailedAttempt {
    return { kind: 'failed', error, committed: this.call.answer.committed, usage: this.usage };
  }
}
