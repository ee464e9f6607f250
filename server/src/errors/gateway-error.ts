import type { AnthropicErrorBody, AnthropicErrorType } from '@ccs/wire';
import { ERROR_CODES, type ErrorCode } from './error-codes.js';

export interface GatewayErrorOptions {
  readonly cause?: unknown;
  /** Response headers that belong to the error, lower-case: `retry-after`, `x-should-retry`, … */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Root of every error the gateway answers with. `message` goes to the caller: no secret, no upstream body,
 * no stack, and it says what to do. The wire body is made by one filter per dialect.
 */
export abstract class GatewayError extends Error {
  readonly headers: Readonly<Record<string, string>>;

  protected constructor(
    readonly code: ErrorCode,
    message: string,
    options: GatewayErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  get type(): AnthropicErrorType {
    return ERROR_CODES[this.code].type;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }

  /** The body in the Anthropic dialect, for the HTTP answer and for an in-stream `event: error` alike. */
  toAnthropicBody(requestId?: string): AnthropicErrorBody {
    const body: AnthropicErrorBody = { type: 'error', error: { type: this.type, message: this.message } };
    return requestId === undefined ? body : { ...body, request_id: requestId };
  }
}
