import { SseParser } from '@ccs/wire';
import { isAnthropicError, rewriteAnswer } from '../converters/anthropic-anthropic/pass-through-answer.js';
import { PassThroughStream } from '../converters/anthropic-anthropic/pass-through-stream.js';
import type { AnswerContext } from '../converters/anthropic-openai/answer-context.js';
import {
  brokenAnswer,
  convertError,
  convertErrorInBody,
} from '../converters/anthropic-openai/convert-error.js';
import { convertResponse } from '../converters/anthropic-openai/convert-response.js';
import { OpenAiToAnthropicStream } from '../converters/anthropic-openai/openai-to-anthropic-stream.js';
import type { StreamUsage } from '../converters/stream-converter.js';
import { GatewayError } from '../errors/gateway-error.js';
import { UpstreamError } from '../errors/upstream-error.js';

/** Reads the answer to a probe with what reads the answers of calls: what it finds good is good for them. */
export interface ProbeReader {
  push(chunk: Buffer): void;
  end(reason: 'eof' | 'reset'): void;
  /** An event with meaning has come. */
  readonly started: boolean;
  /** Nothing more need be read. */
  readonly finished: boolean;
  readonly error: GatewayError | null;
  /** Null: the provider reported none. */
  readonly usage: StreamUsage | null;
}

const reported = (usage: StreamUsage): StreamUsage | null => (usage.estimated ? null : usage);

export class OpenAiProbeReader implements ProbeReader {
  readonly #parser = new SseParser();
  readonly #stream: OpenAiToAnthropicStream;
  #broken: GatewayError | null = null;

  constructor(private readonly context: AnswerContext) {
    this.#stream = new OpenAiToAnthropicStream(context);
  }

  push(chunk: Buffer): void {
    try {
      for (const event of this.#parser.push(chunk)) this.#stream.push(event);
    } catch (thrown) {
      this.#broken = brokenAnswer(this.context.providerName, 'sent a stream that cannot be read');
      if (!(thrown instanceof Error)) throw thrown;
    }
  }

  end(reason: 'eof' | 'reset'): void {
    if (this.#broken !== null) return;
    for (const event of this.#parser.end()) this.#stream.push(event);
    this.#stream.end(reason);
  }

  get started(): boolean {
    return this.#stream.started;
  }

  get finished(): boolean {
    return this.#stream.finished || this.#broken !== null;
  }

  get error(): GatewayError | null {
    return this.#broken ?? this.#stream.failure;
  }

  get usage(): StreamUsage | null {
    return reported(this.#stream.usage);
  }
}

export class AnthropicProbeReader implements ProbeReader {
  readonly #stream: PassThroughStream;

  constructor(
    model: string,
    private readonly providerName: string,
  ) {
    this.#stream = new PassThroughStream(model);
  }

  push(chunk: Buffer): void {
    this.#stream.push(chunk);
  }

  end(reason: 'eof' | 'reset'): void {
    this.#stream.end(reason);
  }

  get started(): boolean {
    return this.#stream.started;
  }

  get finished(): boolean {
    return this.#stream.finished;
  }

  get error(): GatewayError | null {
    return this.#stream.error === null ? null : convertErrorInBody(this.#stream.error, this.providerName);
  }

  get usage(): StreamUsage | null {
    return reported(this.#stream.usage);
  }
}

export interface WholeAnswer {
  readonly error: GatewayError | null;
  readonly usage: StreamUsage | null;
}

/** A 200 answer that is no stream although one was asked for: some providers do that, and calls take it. */
export function readWholeOpenAiAnswer(body: Buffer, context: AnswerContext): WholeAnswer {
  try {
    const { message, usageReported } = convertResponse(parsed(body), context);
    return { error: null, usage: usageReported ? { ...message.usage, estimated: false } : null };
  } catch (thrown) {
    if (thrown instanceof UpstreamError) return { error: thrown, usage: null };
    throw thrown;
  }
}

export function readWholeAnthropicAnswer(body: Buffer, model: string, providerName: string): WholeAnswer {
  const answer = rewriteAnswer(body, model);
  if (answer !== null) return { error: null, usage: reported(answer.usage) };
  const found = parsed(body);
  const error = isAnthropicError(found)
    ? convertErrorInBody(found, providerName)
    : brokenAnswer(providerName, 'answered with something that is no message');
  return { error, usage: null };
}

/** An answer that is an error by its status. */
export function refusedAnswer(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: Buffer,
  providerName: string,
): UpstreamError {
  return convertError({ providerName, status, headers, body: body.toString('utf8') });
}

function parsed(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
