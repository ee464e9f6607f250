import { MessageAccumulator, SseParser, type Message, type MessageStreamEvent } from '@ccs/wire';
import type { GatewayError } from '../errors/gateway-error.js';
import type { AnswerSink } from '../http/answer-writer.js';
import type { AnswerMoment } from './answer-replay.js';
import type { AnswerSoFar } from './answer.repository.js';
import type { StoredBlock } from './message-row.js';

type Headers = Readonly<Record<string, string>>;

/** As much of an answer is kept; a model that goes on for ever does not fill the database. */
export const MAX_ANSWER_CHARACTERS = 8_000_000;

/**
 * Takes the answer of a call where a client's socket would: keeps the message it adds up to, and tells whoever reads
 * along that there is more of it. It never holds the provider up.
 */
export class KeptAnswer implements AnswerSink {
  readonly #accumulator = new MessageAccumulator();
  readonly #parser = new SseParser();
  readonly #readers = new Set<() => void>();
  readonly #startedAt = performance.now();
  #started = false;
  #closed = false;
  #committedAt: number | null = null;
  #commentedAt: number | null = null;
  #characters = 0;
  #whole: Message | null = null;
  #error: { readonly type: string; readonly message: string } | null = null;
  #servedProvider: string | null = null;
  #servedModel: string | null = null;
  #changes = 0;

  constructor(readonly requestId: string) {}

  get started(): boolean {
    return this.#started;
  }

  get committed(): boolean {
    return this.#committedAt !== null;
  }

  get committedAt(): number | null {
    return this.#committedAt;
  }

  get commentedAt(): number | null {
    return this.#commentedAt;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get bytesWritten(): number {
    return this.#characters;
  }

  /** Grows with everything that comes. */
  get changes(): number {
    return this.#changes;
  }

  get tooLong(): boolean {
    return this.#characters > MAX_ANSWER_CHARACTERS;
  }

  /** The whole message has come. */
  get complete(): boolean {
    return this.#whole !== null || this.#accumulator.complete;
  }

  get error(): { readonly type: string; readonly message: string } | null {
    return this.#error ?? this.#accumulator.error;
  }

  get soFar(): AnswerSoFar {
    const message = this.#message;
    const usage = message?.usage;
    return {
      blocks: this.#blocks,
      servedModel: this.#servedModel,
      servedProvider: this.#servedProvider,
      inputTokens: usage?.input_tokens ?? null,
      outputTokens: usage?.output_tokens ?? null,
      cacheReadTokens: usage?.cache_read_input_tokens ?? null,
      cacheWriteTokens: usage?.cache_creation_input_tokens ?? null,
      stopReason: message?.stop_reason ?? null,
      firstEventMs: this.#committedAt === null ? null : Math.round(this.#committedAt - this.#startedAt),
    };
  }

  /** @param model what stands in the events while the provider has not named one */
  moment(model: string, status: AnswerMoment['status'] = 'running'): AnswerMoment {
    const soFar = this.soFar;
    return {
      status,
      blocks: soFar.blocks,
      model: this.#message?.model ?? model,
      inputTokens: soFar.inputTokens ?? 0,
      outputTokens: soFar.outputTokens ?? 0,
      cacheReadTokens: soFar.cacheReadTokens ?? 0,
      cacheWriteTokens: soFar.cacheWriteTokens ?? 0,
      stopReason: soFar.stopReason,
      error: this.error,
    };
  }

  /** Called after each change, until the returned function is. */
  onChange(reader: () => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  addHeaders(): void {
    // Nobody is shown them.
  }

  whole(status: number, headers: Headers, body: string | Uint8Array): void {
    if (this.#closed) return;
    this.#begin(headers);
    this.#committedAt ??= performance.now();
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    this.#characters += text.length;
    const answer: unknown = parseJson(text);
    if (isMessage(answer)) this.#whole = answer;
    else this.#error = errorOf(answer, status);
    this.#end();
  }

  json(status: number, headers: Headers, body: string): void {
    this.whole(status, headers, body);
  }

  events(chunk: string | Uint8Array, headers: Headers): boolean {
    if (this.#closed) return true;
    this.#begin(headers);
    this.#committedAt ??= performance.now();
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#characters += bytes.length;
    for (const { data } of this.#parser.push(bytes)) {
      const event: unknown = parseJson(data);
      if (isEvent(event)) this.#accumulator.add(event);
    }
    this.#tell();
    return true;
  }

  comment(headers: Headers): void {
    this.#begin(headers);
    this.#commentedAt = performance.now();
  }

  onDrain(listener: () => void): void {
    setImmediate(listener);
  }

  end(): void {
    this.#end();
  }

  release(): void {
    // Nothing is held back: the end is stored when the call has been recorded.
  }

  fail(error: GatewayError, headers: Headers): void {
    if (this.#closed) return;
    this.#begin(headers);
    this.#error = { type: error.type, message: error.message };
    this.#end();
  }

  get #message(): Message | null {
    return this.#whole ?? this.#accumulator.message;
  }

  /** Without the holes of blocks that were never begun. */
  get #blocks(): readonly StoredBlock[] {
    const blocks = (this.#message?.content ?? []) as readonly (object | undefined)[];
    return blocks.filter((block) => block !== undefined) as StoredBlock[];
  }

  #begin(headers: Headers): void {
    this.#started = true;
    this.#servedProvider = headers['x-ccs-provider'] ?? this.#servedProvider;
    this.#servedModel = headers['x-ccs-model'] ?? this.#servedModel;
  }

  #end(): void {
    this.#closed = true;
    this.#tell();
  }

  #tell(): void {
    this.#changes += 1;
    for (const reader of this.#readers) reader();
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What our own converters wrote, or a provider's events as they were checked on the way. */
function isEvent(value: unknown): value is MessageStreamEvent {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function isMessage(value: unknown): value is Message {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'message' &&
    'content' in value &&
    Array.isArray(value.content)
  );
}

function errorOf(body: unknown, status: number): { type: string; message: string } {
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  if (typeof error === 'object' && error !== null && 'type' in error && 'message' in error)
    return { type: String(error.type), message: String(error.message) };
  return { type: 'api_error', message: `The provider's answer (${status}) could not be read` };
}
