import type { IncomingHttpHeaders } from 'node:http';
import type {
  ExchangeListener,
  NetworkFailure,
  UpstreamExchange,
} from '../provider-clients/upstream-exchange.js';
import type { ProbeReader } from './probe-answers.js';

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** What one request of a probe came to. Times are milliseconds since it was sent. */
export interface ProbeExchangeResult {
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly headers: IncomingHttpHeaders;
  /** Empty of a stream, which its reader has read. */
  readonly body: Buffer;
  readonly isStream: boolean;
  readonly firstEventMs: number | null;
  readonly durationMs: number;
  readonly failure: NetworkFailure | 'timeout' | null;
}

export interface ProbeLimits {
  /** To the first event of a stream, or the whole of anything else. */
  readonly firstEventTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly signal: AbortSignal;
}

/** As `exchangeProbe`; a kept connection that the provider had closed already costs another try over a new one. */
export async function exchangeOnLiveConnection(
  send: (listener: ExchangeListener, fresh: boolean) => UpstreamExchange,
  reader: ProbeReader | null,
  limits: ProbeLimits,
): Promise<ProbeExchangeResult> {
  const result = await exchangeProbe((listener) => send(listener, false), reader, limits);
  return result.failure === 'stale'
    ? exchangeProbe((listener) => send(listener, true), reader, limits)
    : result;
}

/**
 * Sends one request and reads its answer, within its times. Rejects only when `signal` ends it.
 *
 * @param reader of a streamed answer; null: none is expected
 */
function exchangeProbe(
  send: (listener: ExchangeListener) => UpstreamExchange,
  reader: ProbeReader | null,
  limits: ProbeLimits,
): Promise<ProbeExchangeResult> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status: number | null = null;
    let headers: IncomingHttpHeaders = {};
    let isStream = false;
    let firstEventMs: number | null = null;
    let over = false;
    // What ends it may come before `send` has returned.
    const sent: { exchange?: UpstreamExchange } = {};
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    const settle = (failure: ProbeExchangeResult['failure']): void => {
      if (over) return;
      over = true;
      clearTimeout(firstTimer);
      clearTimeout(totalTimer);
      limits.signal.removeEventListener('abort', onAbort);
      const body = Buffer.concat(chunks);
      resolve({ status, headers, body, isStream, firstEventMs, durationMs: elapsed(), failure });
    };
    const stop = (failure: ProbeExchangeResult['failure']): void => {
      settle(failure);
      sent.exchange?.abort();
    };
    const onAbort = (): void => {
      if (over) return;
      stop('aborted');
      reject(limits.signal.reason instanceof Error ? limits.signal.reason : new Error('the probe was ended'));
    };
    const firstTimer = setTimeout(() => stop('timeout'), limits.firstEventTimeoutMs);
    const totalTimer = setTimeout(() => stop('timeout'), limits.totalTimeoutMs);
    const listener: ExchangeListener = {
      onHeaders: (given, fields) => {
        status = given;
        headers = fields;
        isStream = reader !== null && given < 300 && !/json/i.test(fields['content-type'] ?? '');
      },
      onData: (chunk) => {
        if (over) return;
        bytes += chunk.length;
        if (bytes > MAX_BODY_BYTES) return stop('reset');
        if (!isStream || reader === null) return void chunks.push(chunk);
        reader.push(chunk);
        if (firstEventMs === null && reader.started) {
          firstEventMs = elapsed();
          clearTimeout(firstTimer);
        }
        if (reader.finished || reader.error !== null) stop(null);
      },
      onEnd: () => {
        if (isStream && !over) reader?.end('eof');
        settle(null);
      },
      onFailure: (failure) => {
        if (isStream && !over) reader?.end('reset');
        settle(failure);
      },
    };
    if (limits.signal.aborted) return onAbort();
    limits.signal.addEventListener('abort', onAbort);
    sent.exchange = send(listener);
  });
}
