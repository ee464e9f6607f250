import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import type { Dispatcher } from 'undici';
import { errorCode } from '../config/error-text.js';
import { FORBIDDEN_ADDRESS } from './guarded-lookup.js';

/**
 * Why no (further) answer came. `reset`: the connection broke after the request was sent; `stale`: the same, before
 * any byte of the answer, on a connection that had been kept for reuse: the provider had closed it already;
 * `forbidden`: we do not connect to such an address.
 */
export type NetworkFailure =
  'refused' | 'dns' | 'tls' | 'connect_timeout' | 'forbidden' | 'reset' | 'stale' | 'aborted';

/** A connection that is used for one request after the other. */
export interface ReusedConnection {
  /** A request goes out now. True if it is not the first one on this connection. */
  beginRequest(): boolean;
  /** Nothing that was written to it waits for the network. */
  readonly isFlushed: boolean;
}

/** Receives one upstream answer, in order: headers, data*, then exactly one of end and failure. */
export interface ExchangeListener {
  /** Before anything else: the body that is sent. */
  onRequest?(body: Uint8Array): void;
  onHeaders(status: number, headers: IncomingHttpHeaders): void;
  /** Decoded bytes of the body, as they were read. */
  onData(chunk: Buffer): void;
  onEnd(): void;
  onFailure(failure: NetworkFailure, error: Error): void;
}

/**
 * One POST over a pooled connection. Bytes go to the listener as undici reads them, without a stream in
 * between; `pause` stops reading from the socket, `abort` closes it.
 */
export class UpstreamExchange implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #decoder: Transform | undefined;
  #aborted = false;
  #over = false;
  #connection: ReusedConnection | undefined;
  #onReused = false;
  #answered = false;
  #sentWhole = false;

  constructor(private readonly listener: ExchangeListener) {}

  /** Told by the connection that is to carry the request; the request may have to wait for it. */
  travelsOn(connection: ReusedConnection): void {
    this.#connection = connection;
  }

  /** The answer is complete, and no socket reads the request's body any more. */
  get sentWhole(): boolean {
    return this.#sentWhole;
  }

  pause(): void {
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#over) this.#controller?.resume();
  }

  /** The listener hears of it as `aborted`, at once or when the connection is established. */
  abort(): void {
    if (this.#aborted || this.#over) return;
    this.#aborted = true;
    this.#controller?.abort(new Error('the call was ended'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#onReused = this.#connection?.beginRequest() === true;
    if (this.#aborted) controller.abort(new Error('the call was ended'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#answered = true;
    // They are views of the first read, up to 64 KB, which would be held for as long as the answer streams.
    controller.rawHeaders = null;
    if (status < 200) return;
    this.#decoder = this.#decoderFor(headers['content-encoding']);
    this.listener.onHeaders(status, headers);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#decoder === undefined) this.listener.onData(chunk);
    else this.#decoder.write(chunk);
  }

  onResponseEnd(): void {
    this.#sentWhole = this.#connection?.isFlushed === true;
    if (this.#decoder === undefined) this.#end();
    else this.#decoder.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    const failure = this.#aborted ? 'aborted' : classify(error);
    this.#fail(failure === 'reset' && this.#onReused && !this.#answered ? 'stale' : failure, error);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.listener.onEnd();
  }

  #fail(failure: NetworkFailure, error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#decoder?.destroy();
    this.listener.onFailure(failure, error);
  }

  /** Some providers compress although nobody asked for it. */
  #decoderFor(encoding: string | undefined): Transform | undefined {
    const decoder = createDecoder(encoding?.trim().toLowerCase());
    decoder?.on('data', (chunk: Buffer) => this.listener.onData(chunk));
    decoder?.on('end', () => this.#end());
    decoder?.on('error', (error) => {
      this.#controller?.abort(error);
      this.#fail('reset', error);
    });
    return decoder;
  }
}

function createDecoder(encoding: string | undefined): Transform | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return undefined;
  }
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);
const REFUSED_CODES = new Set([
  'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'UND_ERR_PRX_CONN',
]); // prettier-ignore
const CONNECT_TIMEOUT_CODES = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

/** As OpenSSL names what is wrong with a chain of certificates, and undici the same of a proxy. */
const TLS_CODES =
  /^(ERR_TLS|ERR_SSL|UNABLE_TO_|UND_ERR_PRX_TLS)|CERT|^EPROTO$|^HOSTNAME_MISMATCH$|^INVALID_CA$/;

function classify(error: Error): NetworkFailure {
  // A happy-eyeballs failure is an AggregateError; its first cause tells as much as the rest.
  const causes: unknown = 'errors' in error ? error.errors : undefined;
  const code = errorCode(Array.isArray(causes) && causes.length > 0 ? causes[0] : error);
  if (code === FORBIDDEN_ADDRESS) return 'forbidden';
  if (DNS_CODES.has(code)) return 'dns';
  if (REFUSED_CODES.has(code)) return 'refused';
  if (CONNECT_TIMEOUT_CODES.has(code)) return 'connect_timeout';
  return TLS_CODES.test(code) ? 'tls' : 'reset';
}
