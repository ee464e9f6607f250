import type { CapturedBody, CapturedPart } from '@ccs/dto';
import type { Secret } from '../config/secret.js';
import { redact } from './redact.js';

/** Whose call it is. */
export interface CapturedCall {
  /** A UUID. */
  readonly requestId: string;
  readonly userId: number;
  readonly keyId: number | null;
}

/** Who is asked in an attempt; its secrets are taken out of every body. */
export interface CapturedTarget {
  readonly provider: {
    readonly name: string;
    readonly apiKey: Secret;
    readonly customHeaders: readonly (readonly [name: string, value: Secret])[];
  };
  readonly model: string;
}

/** The beginning of a body, as far as it is kept. */
class KeptBody {
  readonly #chunks: Buffer[] = [];
  #kept = 0;
  #size = 0;

  constructor(private readonly maxBytes: number) {}

  add(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    this.#size += bytes.length;
    const room = this.maxBytes - this.#kept;
    if (room <= 0) return;
    // A copy: a socket's buffer is used again, and a slice would keep all of it.
    const piece = Buffer.from(bytes.subarray(0, room));
    this.#kept += piece.length;
    this.#chunks.push(piece);
  }

  get size(): number {
    return this.#size;
  }

  get truncated(): boolean {
    return this.#size > this.#kept;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

interface CapturedAttempt {
  readonly target: CapturedTarget;
  readonly request: KeptBody;
  readonly response: KeptBody;
  status: number | null;
}

/** The four bodies of one call, as they go by; nothing is looked at before it is over. */
export class CallCapture {
  readonly #request: KeptBody;
  readonly #answer: KeptBody;
  readonly #attempts: CapturedAttempt[] = [];

  constructor(
    readonly call: CapturedCall,
    private readonly maxBytes: number,
  ) {
    this.#request = new KeptBody(maxBytes);
    this.#answer = new KeptBody(maxBytes);
  }

  clientSent(body: Uint8Array): void {
    this.#request.add(body);
  }

  /** A request goes to a provider; what `received` gets from now on is its answer. */
  dispatched(target: CapturedTarget, body: Uint8Array): void {
    const attempt = {
      target,
      request: new KeptBody(this.maxBytes),
      response: new KeptBody(this.maxBytes),
      status: null,
    };
    attempt.request.add(body);
    this.#attempts.push(attempt);
  }

  answered(status: number): void {
    const attempt = this.#attempts.at(-1);
    if (attempt !== undefined) attempt.status = status;
  }

  received(chunk: Uint8Array): void {
    this.#attempts.at(-1)?.response.add(chunk);
  }

  emitted(chunk: string | Uint8Array): void {
    this.#answer.add(chunk);
  }

  /** In the order they were on the way, without secrets. */
  bodies(): readonly CapturedBody[] {
    const secrets = new Set(this.#attempts.flatMap(({ target: { provider } }) => secretsOf(provider)));
    const body = (part: CapturedPart, kept: KeptBody, attempt: number | null = null): CapturedBody => {
      const of = attempt === null ? undefined : this.#attempts[attempt - 1];
      const { text, count } = redact(kept.text(), secrets);
      return {
        part,
        attempt,
        provider: of?.target.provider.name ?? null,
        model: of?.target.model ?? null,
        status: part === 'upstream_response' ? (of?.status ?? null) : null,
        text,
        size_bytes: kept.size,
        truncated: kept.truncated,
        redacted: count,
      };
    };
    return [
      body('client_request', this.#request),
      ...this.#attempts.flatMap(({ request, response }, index) => [
        body('upstream_request', request, index + 1),
        body('upstream_response', response, index + 1),
      ]),
      body('client_answer', this.#answer),
    ];
  }
}

function secretsOf(provider: CapturedTarget['provider']): string[] {
  return [provider.apiKey, ...provider.customHeaders.map(([, value]) => value)].map((secret) =>
    secret.reveal(),
  );
}
