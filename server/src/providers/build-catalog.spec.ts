import { describe, expect, it } from '@jest/globals';
import type { RoutingSettings } from '../config/provider-file.js';
import { Secret } from '../config/secret.js';
import { buildCatalog } from './build-catalog.js';
import type { CatalogProvider } from './catalog-provider.js';
import type { StoredProvider } from './stored-provider.js';

const VARIABLES = { KEY: 'from-env', HOST_NAME: 'api.example.com', JWT_SECRET_KEY: 'never' };

const text = (value: string, isReference = false) => ({ text: new Secret(value), isReference });

const stored = (overrides: Partial<StoredProvider> = {}): StoredProvider => ({
  id: 1, name: 'p', apiFormat: 'openai', enabled: true, priority: 1, baseUrl: { text: 'https://x.example.com/v1/', isReference: false },
  apiKey: text('literal'), customHeaders: [], models: new Map([['big', ['m']]]), settings: {}, unreadable: null, ...overrides,
}); // prettier-ignore

function built(overrides: Partial<StoredProvider> = {}): CatalogProvider {
  const [provider] = buildCatalog({ providers: [stored(overrides)], routing: {} }, VARIABLES, 1).providers;
  if (provider === undefined) throw new Error('no provider');
  return provider;
}

const headersOf = (provider: CatalogProvider) =>
  provider.customHeaders.map(([name, value]) => [name, value.reveal()]);

describe('the catalog', () => {
  it('fills in the defaults', () => {
    expect(built()).toMatchObject({
      id: 1, name: 'p', dialect: 'openai', enabled: true, disabledReason: null, priority: 1, weight: 1, defaultTier: null,
      baseUrl: 'https://x.example.com/v1', auth: 'bearer', apiVersion: null, timeoutMs: 60_000, plainTimeoutMs: 300_000,
      streamIdleTimeoutMs: 60_000, maxRetries: 1, countTokens: 'local', strict: false, ca: null,
    }); // prettier-ignore
    expect(built({ apiFormat: 'anthropic' }).auth).toBe('x-api-key');
  });

  it('takes times in seconds; a whole answer may take five times the timeout', () => {
    const settings = { timeout: 2.5, stream_idle_timeout: 10 };
    expect(built({ settings })).toMatchObject({
      timeoutMs: 2_500,
      plainTimeoutMs: 12_500,
      streamIdleTimeoutMs: 10_000,
    });
    expect(built({ settings: { ...settings, plain_timeout: 7 } }).plainTimeoutMs).toBe(7_000);
  });

  it('resolves references of the file, and of the file alone', () => {
    const fromFile = built({
      apiKey: text('${KEY}', true),
      baseUrl: { text: 'https://${HOST_NAME}/v1', isReference: true },
      customHeaders: [['X-Both', text('${API_KEY}/${KEY}/${NONE:-d}', true)]],
    });
    expect([fromFile.apiKey.reveal(), fromFile.baseUrl]).toEqual(['from-env', 'https://api.example.com/v1']);
    expect(headersOf(fromFile)).toEqual([['x-both', 'from-env/from-env/d']]);
    const fromPortal = built({ apiKey: text('${KEY}'), customHeaders: [['x', text('${KEY} ${API_KEY}')]] });
    expect(fromPortal.apiKey.reveal()).toBe('${KEY}');
    expect(headersOf(fromPortal)).toEqual([['x', '${KEY} ${KEY}']]);
  });

  it.each<[string, Partial<StoredProvider>, string]>([
    ['is switched off', { enabled: false }, 'switched off in its configuration'],
    ['names a variable that is not set', { apiKey: text('${NONE}', true) }, 'the environment variable NONE is not set'],
    ['names a secret of the gateway', { apiKey: text('${JWT_SECRET_KEY}', true) }, 'the environment variable JWT_SECRET_KEY is not set'],
    ['has no key', { apiKey: null }, 'it has no api_key'],
    ['has an empty key', { apiKey: text('${NONE:-}', true) }, 'it has no api_key'],
    ['needs its key in a header', { apiKey: null, customHeaders: [['Authorization', text('Bearer ${API_KEY}')]] }, 'it has no api_key'],
    ['has a header with a variable that is not set', { customHeaders: [['x', text('${NONE}', true)]] }, 'the environment variable NONE is not set'],
    ['has no address', { baseUrl: { text: '${NONE:-here}', isReference: true } }, 'its base_url is not an http:// or https:// address'],
    ['has secrets that cannot be read', { unreadable: 'wrong key' }, 'wrong key'],
  ])('has a provider that %s, disabled with the reason', (_, overrides, reason) => {
    expect(built(overrides)).toMatchObject({ enabled: false, disabledReason: reason });
  }); // prettier-ignore

  it('has a provider disabled whose host is not allowed', () => {
    const { providers } = buildCatalog(
      { providers: [stored()], routing: {} },
      {},
      1,
      (host) => `${host} is out`,
    );
    expect(providers[0]).toMatchObject({
      enabled: false,
      disabledReason: 'its base_url is not allowed: x.example.com is out',
    });
  });

  it('asks for no key of a provider whose headers carry the credential', () => {
    expect(built({ apiKey: null, customHeaders: [['Authorization', text('Basic abc')]] }).enabled).toBe(true);
  });

  it('works out profiles from preset, entry and model', () => {
    const settings = {
      preset: 'deepseek', max_tokens_limit: 8192, profile: { top_k: 'send' }, model_profiles: { special: { top_k: 'drop', vision: 'send' } },
    } as const; // prettier-ignore
    const provider = built({ settings });
    expect(provider.profileOf('any')).toMatchObject({
      reasoning: 'thinking_type',
      max_tokens_limit: 8192,
      top_k: 'send',
      vision: 'placeholder',
    });
    expect(provider.profileOf('special')).toMatchObject({
      top_k: 'drop',
      vision: 'send',
      max_tokens_limit: 8192,
    });
    expect(provider.profileOf('any')).toBe(provider.profileOf('other'));
    expect(provider.profileOf('special')).toBe(provider.profileOf('special'));
  });

  it('guesses the preset from the address, for OpenAI-format providers only', () => {
    const baseUrl = { text: 'https://dashscope.aliyuncs.com/compatible-mode/v1', isReference: false };
    expect(built({ baseUrl }).profileOf('m').reasoning).toBe('enable_thinking');
    expect(built({ baseUrl }).guessedPreset).toBe('qwen');
    expect(built({ baseUrl, settings: { preset: 'mistral' } }).guessedPreset).toBeNull();
    expect(built({ baseUrl, apiFormat: 'anthropic' }).profileOf('m').reasoning).toBe('none');
    expect(built({ baseUrl, settings: { preset: 'mistral' } }).profileOf('m')).toMatchObject({
      reasoning: 'none',
      tool_id: 'alnum9',
    });
  });

  it.each<[RoutingSettings, object]>([
    [{}, { modelAliases: {}, defaultTier: 'middle', fallbackStrategy: 'priority' }],
    [{ model_aliases: { 'gpt-*': 'big' }, default_tier: 'reject', fallback_strategy: 'weighted' }, { modelAliases: { 'gpt-*': 'big' }, defaultTier: 'reject', fallbackStrategy: 'weighted' }],
  ])('has the routing of %j', (routing, expected) => {
    expect(buildCatalog({ providers: [], routing }, {}, 4)).toMatchObject({ ...expected, version: 4 });
  }); // prettier-ignore

  it('prints no secret', () => {
    const provider = built({ apiKey: text('CANARY'), customHeaders: [['x', text('CANARY')]] });
    expect(JSON.stringify(provider)).not.toContain('CANARY');
  });
});
