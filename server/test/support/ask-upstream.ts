import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { Secret } from '../../src/config/secret.js';
import type { ProviderClient } from '../../src/provider-clients/provider-client.js';
import type { NetworkFailure } from '../../src/provider-clients/upstream-exchange.js';
import type { UpstreamProvider } from '../../src/provider-clients/upstream-provider.js';

export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Null: the answer is whole. */
  readonly failure: NetworkFailure | null;
}

let lastId = 0;

/** A provider of its own identity; `overrides` win. */
export function upstreamProvider(
  baseUrl: string,
  overrides: Partial<UpstreamProvider> = {},
): UpstreamProvider {
  lastId += 1;
  return {
    id: lastId, name: `p${lastId}`, dialect: 'openai', baseUrl, apiKey: new Secret('key'), auth: 'bearer', apiVersion: null,
    ca: null, customHeaders: [], ...overrides,
  }; // prettier-ignore
}

/** One call to a provider, without anything around it. */
export function askUpstream(
  client: ProviderClient,
  provider: UpstreamProvider,
  onFirstByte: () => void = () => undefined,
): Promise<UpstreamAnswer> {
  return new Promise((resolve) => {
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let body = '';
    const settle = (failure: NetworkFailure | null): void => resolve({ status, headers, body, failure });
    const listener = {
      onHeaders: (given: number, fields: IncomingHttpHeaders) => {
        status = given;
        headers = fields;
      },
      onData: (chunk: Buffer) => {
        if (body === '') onFirstByte();
        body += chunk.toString();
      },
      onEnd: () => settle(null),
      onFailure: (failure: NetworkFailure) => settle(failure),
    };
    const sent = Buffer.from('{}');
    if (provider.dialect === 'openai') client.postChatCompletion(provider, sent, listener);
    else client.postMessages(provider, sent, ['anthropic-version', '2023-06-01'], '', listener);
  });
}

/** Listens on a free port of 127.0.0.1. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
