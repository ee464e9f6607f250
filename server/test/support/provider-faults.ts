import type { Answer, Delivery } from '../../../simulator/src/simulator.js';
import { EXPIRED_CERTIFICATE, TEST_AUTHORITY } from './certificates.js';
import type { UnreachableProviders } from './unreachable-providers.js';

/** Where providers are that the simulator cannot play. */
export interface Elsewhere extends UnreachableProviders {
  readonly simulatorPort: number;
  /** Of the odd provider. */
  readonly odd: string;
}

/** What is wrong with a provider, and how often it is asked before another one is. */
export interface ProviderFault {
  readonly name: string;
  readonly answer?: Answer | string;
  readonly delivery?: Delivery;
  /** `base_url` of the faulty provider instead of the simulator's. */
  readonly url?: (elsewhere: Elsewhere) => string;
  /** More of its entry in the configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Of the simulator; default 1. */
  readonly asked?: number;
  /** What the client gets where no other provider may be asked. */
  readonly refusal?: number;
  /** What the client gets, where it is not the answer of the next provider. */
  readonly got?: unknown;
  /** Only so. */
  readonly stream?: boolean;
}

/** What the provider after the faulty one answers. */
export const GOOD = 'the whole answer of the good one';
/** What the faulty one answers where nothing is wrong in the end. */
const OWN = 'the whole answer of the odd one';
export const status = (code: number, more: Partial<Extract<Answer, { kind: 'status' }>> = {}): Answer => ({
  kind: 'status',
  status: code,
  ...more,
});
const raw = (...chunks: string[]): Answer => ({ kind: 'raw', chunks });
const retried = { asked: 2 } as const;
/** So that a provider that hangs does so for a second only. */
const IMPATIENT = { settings: { timeout: 1, plain_timeout: 1, stream_idle_timeout: 1 } } as const;
/** More than any event may have, without a line's end. */
const MEGABYTE = 'x'.repeat(1024 * 1024);
const TEXT = { 'content-type': 'text/plain' };

const statusFaults: ProviderFault[] = [
  { name: '401', answer: status(401) },
  { name: '402', answer: status(402) },
  { name: '403', answer: status(403) },
  { name: '404', answer: status(404) },
  { name: '408', answer: status(408), ...retried },
  { name: '429', answer: status(429) },
  { name: '429-hint', answer: status(429, { headers: { 'retry-after': '2' } }) },
  { name: '429-absurd', answer: status(429, { headers: { 'retry-after': '86400' } }) },
  { name: '429-garbage', answer: status(429, { headers: { 'retry-after': 'soon, maybe' } }) },
  {
    name: '429-quota',
    answer: status(429, { body: { error: { code: 'insufficient_quota', message: 'no' } } }),
  },
  ...[500, 502, 504, 520, 522, 524].map((code) => ({
    name: `${code}`,
    answer: status(code),
    ...retried,
  })),
  { name: '503', answer: status(503, { message: 'no healthy upstream' }), ...retried },
  { name: '503-overloaded', answer: status(503, { message: 'the engine is overloaded' }) },
  { name: '529', answer: status(529) },
  { name: '500-html', answer: status(500, { text: '<html>nginx</html>' }), ...retried },
  { name: '500-final', answer: status(500, { headers: { 'x-should-retry': 'false' } }) },
  { name: '400', answer: status(400), refusal: 400 },
  { name: '413', answer: status(413), refusal: 413 },
  { name: '422', answer: status(422), refusal: 422 },
];

const connectionFaults: ProviderFault[] = [
  { name: 'refused', url: () => 'http://127.0.0.1:9', asked: 0 },
  { name: 'never-accepts', url: ({ neverAccepts }) => neverAccepts, asked: 0 },
  { name: 'no-such-host', url: () => 'http://provider.invalid', asked: 0 },
  { name: 'no-tls', url: ({ simulatorPort }) => `https://127.0.0.1:${simulatorPort}`, asked: 0 },
  { name: 'silent-tls', url: ({ silentTls }) => silentTls, asked: 0 },
  { name: 'expired-tls', url: ({ expired }) => expired, settings: { ca: EXPIRED_CERTIFICATE }, asked: 0 },
  { name: 'other-host-tls', url: ({ wrongHost }) => wrongHost, settings: { ca: TEST_AUTHORITY }, asked: 0 },
  { name: 'self-signed-tls', url: ({ selfSigned }) => selfSigned, asked: 0 },
  { name: 'reset-at-once', answer: 'x', delivery: { fault: { kind: 'reset', at: 'before_headers' } } },
  { name: 'cut-at-once', answer: 'x', delivery: { fault: { kind: 'cut', at: 'before_headers' } } },
  {
    name: 'hangs-at-once',
    answer: 'x',
    delivery: { fault: { kind: 'hang', at: 'before_headers' } },
    ...IMPATIENT,
  },
  { name: 'reset-after-headers', answer: 'x', delivery: { fault: { kind: 'reset', at: { afterFrame: 0 } } } },
  { name: 'cut-after-headers', answer: 'x', delivery: { fault: { kind: 'cut', at: { afterFrame: 0 } } } },
  {
    name: 'hangs-after-headers',
    answer: 'x',
    delivery: { fault: { kind: 'hang', at: { afterFrame: 0 } } },
    ...IMPATIENT,
  },
  {
    name: 'hangs-midway',
    answer: { kind: 'message', content: [{ type: 'text', text: 'a beginning, and no end', pieces: 6 }] },
    delivery: { fault: { kind: 'hang', at: { afterFrame: 5 } } },
    stream: true,
    got: { error: 'api_error' },
    ...IMPATIENT,
  },
  { name: 'hangs-midway-in-json', url: ({ odd }) => `${odd}/half`, asked: 0, ...IMPATIENT },
  { name: 'http-1.0', url: ({ odd }) => `${odd}/old`, asked: 0, got: 'of old' },
  { name: 'hints', url: ({ odd }) => `${odd}/hints`, asked: 0, got: 'hinted' },
  // The gateway never asks whether it may go on, and undici takes the reply to that for an error.
  { name: 'continues', url: ({ odd }) => `${odd}/continues`, asked: 0 },
  { name: 'trailers', url: ({ odd }) => `${odd}/trailers`, asked: 0, got: 'followed' },
  { name: 'closes-after', answer: OWN, delivery: { connection: 'close' }, got: OWN },
  { name: 'drips', answer: OWN, delivery: { bytesPerWrite: 1 }, got: OWN },
  { name: 'squeezes', answer: OWN, delivery: { encoding: 'gzip' }, got: OWN },
];

const answerFaults: ProviderFault[] = [
  { name: 'empty-body', answer: raw('') },
  { name: 'html', answer: status(200, { text: '<html>log in</html>' }) },
  { name: 'object', answer: status(200, { body: {} }) },
  { name: 'no-choices', answer: status(200, { body: { object: 'chat.completion', choices: [] } }) },
  { name: 'error-in-200', answer: status(200, { body: { error: { message: 'something broke' } } }) },
  { name: 'half-json', answer: GOOD, delivery: { fault: { kind: 'malformed', frame: 0 } }, stream: false },
  { name: 'only-done', answer: raw('data: [DONE]\n\n'), stream: true },
  { name: 'only-comments', answer: raw(': hello\n\n', ': again\n\n'), stream: true },
  { name: 'only-garbage', answer: raw('\u0000\u0001 nothing\n\ndata: {nothing\n\n'), stream: true },
  { name: 'giant-line', answer: raw('data: ', ...Array.from({ length: 40 }, () => MEGABYTE)), stream: true },
  {
    name: 'whole-for-stream',
    answer: { kind: 'message', content: [{ type: 'text', text: OWN }], respondAs: 'whole' },
    stream: true,
    got: OWN,
  },
  { name: 'text-for-stream', answer: status(200, { text: 'fine', headers: TEXT }), stream: true },
  { name: 'stream-for-plain', answer: raw('data: {"a":1}\n\n'), stream: false },
  {
    name: 'overloaded-inside',
    answer: raw(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    ),
    stream: true,
  },
  { name: 'no-output', answer: { kind: 'message', content: [] } },
  { name: 'blank-output', answer: { kind: 'message', content: [{ type: 'text', text: ' \n ' }] } },
];

export const PROVIDER_FAULTS: readonly ProviderFault[] = [
  ...statusFaults,
  ...connectionFaults,
  ...answerFaults,
];
