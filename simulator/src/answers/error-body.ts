import type { AnthropicErrorBody, AnthropicErrorType } from '@ccs/wire';
import type { Dialect } from '../scripts/script.js';

interface ErrorWords {
  readonly message: string;
  readonly anthropicType: AnthropicErrorType;
  readonly openAiType: string;
  readonly openAiCode: string | null;
}

const WORDS: Readonly<Record<number, ErrorWords>> = {
  400: words('Invalid request.', 'invalid_request_error', 'invalid_request_error', null),
  401: words(
    'Incorrect API key provided.',
    'authentication_error',
    'invalid_request_error',
    'invalid_api_key',
  ),
  402: words('Your credit balance is too low.', 'billing_error', 'insufficient_quota', 'insufficient_quota'),
  403: words('You are not allowed to do this.', 'permission_error', 'permission_error', null),
  404: words('The model does not exist.', 'not_found_error', 'invalid_request_error', 'model_not_found'),
  413: words('Request exceeds the maximum size.', 'request_too_large', 'invalid_request_error', null),
  429: words(
    'Rate limit reached, please slow down.',
    'rate_limit_error',
    'rate_limit_exceeded',
    'rate_limit_exceeded',
  ),
  500: words('Internal server error.', 'api_error', 'server_error', null),
  503: words('The server is overloaded.', 'overloaded_error', 'server_error', 'overloaded'),
  504: words('The request timed out.', 'timeout_error', 'server_error', 'timeout'),
  529: words('Overloaded', 'overloaded_error', 'server_error', 'overloaded'),
};

function words(
  message: string,
  anthropicType: AnthropicErrorType,
  openAiType: string,
  openAiCode: string | null,
): ErrorWords {
  return { message, anthropicType, openAiType, openAiCode };
}

function wordsFor(status: number): ErrorWords {
  const fallback = words(`Simulated status ${status}.`, 'api_error', 'server_error', null);
  return WORDS[status] ?? WORDS[Math.floor(status / 100) * 100] ?? fallback;
}

/** The dialect's error envelope, as its real provider words it. */
export function errorBody(
  dialect: Dialect,
  status: number,
  requestId: string,
  message?: string,
): Record<string, unknown> {
  const found = wordsFor(status);
  const text = message ?? found.message;
  if (dialect === 'openai') {
    return { error: { message: text, type: found.openAiType, param: null, code: found.openAiCode } };
  }
  return { ...anthropicError(found.anthropicType, text), request_id: requestId };
}

/** The data of an error in the middle of a stream. */
export function streamErrorBody(dialect: Dialect): Record<string, unknown> {
  if (dialect === 'openai') {
    return { error: { message: 'The server is overloaded', type: 'server_error', param: null, code: 503 } };
  }
  return { ...anthropicError('overloaded_error', 'Overloaded') };
}

function anthropicError(type: AnthropicErrorType, message: string): AnthropicErrorBody {
  return { type: 'error', error: { type, message } };
}
