import { UpstreamError, type UpstreamErrorCode, type UpstreamSilence } from '../../errors/upstream-error.js';
import { cleanMessage } from './clean-message.js';
import { isContextLengthError, rewordContextLength } from './context-length-error.js';
import { readErrorBody, readErrorText, type ErrorFacts } from './read-error-body.js';
import { readRetryAfter, type ResponseHeaders } from './retry-after.js';
import { statusFromWords } from './status-from-words.js';

/** An attempt that ended without an answer: the provider's refusal, or a failure of the network. */
export interface ProviderFailure {
  readonly providerName: string;
  /** Of the answer; absent when `network` says why there was none. */
  readonly status?: number;
  readonly headers?: ResponseHeaders;
  /** The body as text, as much of it as was read. */
  readonly body?: string;
  readonly network?: UpstreamSilence;
}

const MAX_MESSAGE_LENGTH = 2000;
const MAX_PLAIN_TEXT_LENGTH = 500;

/**
 * The error a client sees for a failed attempt (specification section 4): status and type by the body's
 * words before the provider's status, the message in the provider's words without keys or markup, and the
 * headers that steer the client's retries. Never throws.
 */
export function convertError(failure: ProviderFailure): UpstreamError {
  const { providerName, status, headers = {}, body = '', network } = failure;
  if (network !== undefined) return networkError(providerName, network);
  if (status === undefined) return networkError(providerName, 'reset');
  return classifiedError(providerName, status, headers, readErrorText(body), status);
}

/**
 * The error inside a 200 answer or a stream (P8, S6): its own code, then its words, stand for the status.
 *
 * @param body parsed JSON, or plain text
 */
export function convertErrorInBody(body: unknown, providerName: string): UpstreamError {
  const facts = readErrorBody(body);
  return classifiedError(providerName, facts.status ?? statusFromWords(facts), {}, facts, undefined);
}

/** An error the gateway itself finds in an answer: broken off, no answer at all, a call without a name. */
export function brokenAnswer(providerName: string, problem: string): UpstreamError {
  return new UpstreamError('upstream_failed', `Provider ${providerName} ${problem}`);
}

function classifiedError(
  providerName: string,
  status: number,
  headers: ResponseHeaders,
  facts: ErrorFacts,
  upstreamStatus: number | undefined,
): UpstreamError {
  const code = classify(status, facts);
  const retryAfter = readRetryAfter(code === 'upstream_billing' ? 0 : status, headers, facts);
  const mayRetry = code !== 'upstream_billing' && code !== 'upstream_credential';
  return new UpstreamError(code, messageFor(code, providerName, facts, upstreamStatus), {
    headers: {
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter.header }),
      ...(mayRetry ? {} : { 'x-should-retry': 'false' }),
    },
    ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
    ...(headers['x-should-retry'] === 'false' ? { shouldRetry: false } : {}),
    ...(retryAfter?.seconds === undefined ? {} : { retryAfterSeconds: retryAfter.seconds }),
  });
}

/** What the body says counts before the status (E3, E4). */
function classify(status: number, facts: ErrorFacts): UpstreamErrorCode {
  if ((status === 400 || status === 413 || status === 422) && isContextLengthError(facts)) {
    return 'upstream_context_length';
  }
  if (BILLING.test(facts.words)) return 'upstream_billing';
  if ((status === 429 || status >= 500) && facts.words.includes('overloaded')) return 'upstream_overloaded';
  if (UNKNOWN_MODEL.test(facts.words)) return 'upstream_not_found';
  return codeOfStatus(status);
}

/** Not «exceeded your current quota»: Gemini says that of a limit per minute. */
const BILLING =
  /insufficient[_ ](?:quota|balance|credits?|funds?)|arrearage|exceeded_current_quota|credit balance is too low|余额不足|欠费/;
const UNKNOWN_MODEL = /model[_ ]not[_ ](?:found|exist)|model [`'"]?[^\s`'"]{1,100}[`'"]? does not exist/;

function codeOfStatus(status: number): UpstreamErrorCode {
  switch (status) {
    case 401:
    case 403:
      return 'upstream_credential';
    case 402:
      return 'upstream_billing';
    case 404:
      return 'upstream_not_found';
    case 408:
    case 504:
    case 524:
      return 'upstream_timeout';
    case 413:
      return 'upstream_too_large';
    case 429:
      return 'upstream_rate_limited';
    case 500:
      return 'upstream_internal';
    case 503:
    case 529:
      return 'upstream_overloaded';
    default:
      return status >= 400 && status < 500 ? 'upstream_invalid_request' : 'upstream_failed';
  }
}

function messageFor(
  code: UpstreamErrorCode,
  providerName: string,
  facts: ErrorFacts,
  upstreamStatus: number | undefined,
): string {
  const words = cleanMessage(facts.message, facts.plainText ? MAX_PLAIN_TEXT_LENGTH : MAX_MESSAGE_LENGTH);
  if (code === 'upstream_context_length') return rewordContextLength(facts, words);
  const answer = upstreamStatus === undefined ? 'an error' : `HTTP ${upstreamStatus}`;
  if (code === 'upstream_credential') {
    // The caller must not go looking at their own key.
    return `Provider ${providerName} refused the gateway's own credential (${answer}): ${words || 'no reason given'}`;
  }
  return words || `Provider ${providerName} answered with ${answer} and no explanation`;
}

function networkError(providerName: string, silence: UpstreamSilence): UpstreamError {
  switch (silence) {
    case 'refused':
      return unreachable(providerName, silence, 'the connection was refused');
    case 'dns':
      return unreachable(providerName, silence, 'its host name does not resolve');
    case 'tls':
      return unreachable(providerName, silence, 'no secure connection could be made (TLS)');
    case 'forbidden':
      return unreachable(providerName, silence, 'the gateway does not connect to its address');
    case 'reset':
      return new UpstreamError(
        'upstream_failed',
        `Provider ${providerName} closed the connection without an answer`,
        { silence },
      );
    case 'connect_timeout':
    case 'timeout':
      return new UpstreamError('upstream_timeout', `Provider ${providerName} did not answer in time`, {
        silence,
      });
    default:
      return silence satisfies never;
  }
}

function unreachable(providerName: string, silence: UpstreamSilence, reason: string): UpstreamError {
  return new UpstreamError('upstream_unreachable', `Provider ${providerName} cannot be reached: ${reason}`, {
    silence,
  });
}
