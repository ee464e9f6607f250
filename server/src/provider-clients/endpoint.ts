import { belongsToConnection } from '../config/header-rules.js';
import type { UpstreamProvider } from './upstream-provider.js';

/** What is the same for every call to one provider, worked out once per snapshot entry. */
export interface Endpoint {
  readonly origin: string;
  /** Path of the endpoint, with the query the provider's entry demands. */
  readonly path: string;
  /** Flat name, value, name, value … as undici takes them. */
  readonly headers: readonly string[];
}

const USER_AGENT = 'cc-switch';
const ANTHROPIC_VERSION = '2023-06-01';

/** `POST {base_url}/chat/completions`; with an `api_version` (Azure) the key travels as `api-key`. */
export function openAiEndpoint(provider: UpstreamProvider): Endpoint {
  const url = new URL(`${provider.baseUrl}/chat/completions`);
  const headers = ['content-type', 'application/json', 'user-agent', USER_AGENT];
  const key = provider.apiKey.reveal();
  if (provider.apiVersion !== null) url.searchParams.set('api-version', provider.apiVersion);
  if (key !== '') headers.push(...credentialHeader(provider, key));
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    headers: withCustomHeaders(headers, provider),
  };
}

/** `POST {base_url}/v1/messages`; a base_url that already ends in `/v1` is taken as meant. */
export function anthropicEndpoint(
  provider: UpstreamProvider,
  verb: '/v1/messages' | '/v1/messages/count_tokens',
): Endpoint {
  const url = new URL(provider.baseUrl.replace(/\/v1$/, '') + verb);
  const key = provider.apiKey.reveal();
  const headers = key === '' ? [] : credentialHeader(provider, key);
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    headers: withCustomHeaders(headers, provider),
  };
}

/** `GET {base_url}/models`, for an Anthropic-format provider `{base_url}/v1/models`. */
export function modelsEndpoint(provider: UpstreamProvider): Endpoint {
  const headers = ['accept', 'application/json', 'user-agent', USER_AGENT];
  const url =
    provider.dialect === 'openai'
      ? new URL(`${provider.baseUrl}/models`)
      : new URL(`${provider.baseUrl.replace(/\/v1$/, '')}/v1/models?limit=1000`);
  if (provider.dialect === 'anthropic')
    headers.push('anthropic-version', provider.apiVersion ?? ANTHROPIC_VERSION);
  else if (provider.apiVersion !== null) url.searchParams.set('api-version', provider.apiVersion);
  const key = provider.apiKey.reveal();
  if (key !== '') headers.push(...credentialHeader(provider, key));
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    headers: withCustomHeaders(headers, provider),
  };
}

function credentialHeader(provider: UpstreamProvider, key: string): string[] {
  if (provider.auth === 'x-api-key') return ['x-api-key', key];
  if (provider.dialect === 'openai' && provider.apiVersion !== null) return ['api-key', key];
  return ['authorization', `Bearer ${key}`];
}

/** The entry's own headers win over ours of the same name. */
function withCustomHeaders(headers: readonly string[], provider: UpstreamProvider): readonly string[] {
  const own = new Set(provider.customHeaders.map(([name]) => name.toLowerCase()));
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (!own.has(name)) kept.push(name, headers[i + 1] ?? '');
  }
  for (const [name, value] of provider.customHeaders) {
    if (!belongsToConnection(name)) kept.push(name.toLowerCase(), value.reveal());
  }
  return kept;
}
