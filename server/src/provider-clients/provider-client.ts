import { Injectable } from '@nestjs/common';
import type { UpstreamProvider } from './upstream-provider.js';
import { anthropicEndpoint, modelsEndpoint, openAiEndpoint, type Endpoint } from './endpoint.js';
import { UpstreamExchange, type ExchangeListener } from './upstream-exchange.js';
import { UpstreamPools } from './upstream-pools.js';

/** Sends one call to one provider. Endpoints are cached per catalog entry, which is frozen. */
@Injectable()
export class ProviderClient {
  readonly #endpoints = new WeakMap<UpstreamProvider, Endpoint>();
  readonly #countEndpoints = new WeakMap<UpstreamProvider, Endpoint>();

  constructor(private readonly pools: UpstreamPools) {}

  /**
   * `POST …/chat/completions` with an already encoded body.
   *
   * @param fresh over a new connection, whatever is kept for reuse
   */
  postChatCompletion(
    provider: UpstreamProvider,
    body: Buffer,
    listener: ExchangeListener,
    fresh = false,
  ): UpstreamExchange {
    return this.#post(provider, this.#endpoint(provider), body, [], '', listener, fresh);
  }

  /**
   * `POST …/v1/messages` with the client's own bytes.
   *
   * @param headers flat name, value list that may travel (specification T2); the entry's own headers win
   * @param query the client's query without `?`, or ''
   * @param fresh over a new connection, whatever is kept for reuse
   */
  postMessages(
    provider: UpstreamProvider,
    body: Uint8Array,
    headers: readonly string[],
    query: string,
    listener: ExchangeListener,
    fresh = false,
  ): UpstreamExchange {
    return this.#post(provider, this.#endpoint(provider), body, headers, query, listener, fresh);
  }

  /** `POST …/v1/messages/count_tokens`; parameters as of `postMessages`. */
  postCountTokens(
    provider: UpstreamProvider,
    body: Uint8Array,
    headers: readonly string[],
    query: string,
    listener: ExchangeListener,
  ): UpstreamExchange {
    let endpoint = this.#countEndpoints.get(provider);
    if (endpoint === undefined) {
      endpoint = anthropicEndpoint(provider, '/v1/messages/count_tokens');
      this.#countEndpoints.set(provider, endpoint);
    }
    return this.#post(provider, endpoint, body, headers, query, listener, false);
  }

  /** `GET …/models`, the provider's own list. */
  getModels(provider: UpstreamProvider, listener: ExchangeListener, fresh = false): UpstreamExchange {
    const { origin, path, headers } = modelsEndpoint(provider);
    const exchange = new UpstreamExchange(listener);
    this.pools
      .poolFor(provider, fresh)
      .dispatch({ origin, method: 'GET', path, headers: [...headers] }, exchange);
    return exchange;
  }

  #endpoint(provider: UpstreamProvider): Endpoint {
    let endpoint = this.#endpoints.get(provider);
    if (endpoint === undefined) {
      endpoint =
        provider.dialect === 'openai'
          ? openAiEndpoint(provider)
          : anthropicEndpoint(provider, '/v1/messages');
      this.#endpoints.set(provider, endpoint);
    }
    return endpoint;
  }

  #post(
    provider: UpstreamProvider,
    endpoint: Endpoint,
    body: Uint8Array,
    headers: readonly string[],
    query: string,
    listener: ExchangeListener,
    fresh: boolean,
  ): UpstreamExchange {
    listener.onRequest?.(body);
    const exchange = new UpstreamExchange(listener);
    this.pools.poolFor(provider, fresh).dispatch(
      {
        origin: endpoint.origin,
        method: 'POST',
        path:
          query === '' ? endpoint.path : `${endpoint.path}${endpoint.path.includes('?') ? '&' : '?'}${query}`,
        headers: headers.length === 0 ? [...endpoint.headers] : mergeHeaders(headers, endpoint.headers),
        body,
      },
      exchange,
    );
    return exchange;
  }
}

/** Later names replace earlier ones. */
function mergeHeaders(client: readonly string[], own: readonly string[]): string[] {
  const names = new Set<string>();
  for (let i = 0; i < own.length; i += 2) names.add(own[i] ?? '');
  const merged = [...own];
  for (let i = 0; i < client.length; i += 2) {
    const name = client[i] ?? '';
    if (!names.has(name)) merged.push(name, client[i + 1] ?? '');
  }
  return merged;
}
