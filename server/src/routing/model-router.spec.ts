import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '../errors/gateway-error.js';
import { routeModel, type RouteRequest } from './model-router.js';
import type { RoutableProvider, RoutingTable } from './routable-provider.js';
import { ALL_STRATEGIES } from './routing-strategies.js';
import { RoutingStrategyRegistry } from './routing-strategy-registry.js';

const strategies = new RoutingStrategyRegistry(ALL_STRATEGIES);

const provider = (
  name: string,
  overrides: Partial<RoutableProvider> & { models?: Record<string, string[]> } = {},
): RoutableProvider => {
  const {
    models = { big: [`${name}-big`], middle: [`${name}-mid`, `${name}-mid2`], small: [`${name}-small`] },
    ...rest
  } = overrides;
  return {
    name,
    dialect: 'openai',
    enabled: true,
    disabledReason: null,
    priority: 1,
    weight: 1,
    defaultTier: null,
    tiers: new Map(Object.entries(models)),
    ...rest,
  };
};

const table = (overrides: Partial<RoutingTable> = {}): RoutingTable => ({
  providers: [
    provider('qwen'),
    provider('glm', { models: { middle: ['glm-5', 'org/model-x'], fast: ['glm-air'] } }),
  ],
  modelAliases: {},
  defaultTier: 'middle',
  fallbackStrategy: 'priority',
  ...overrides,
});

const route = (
  request: RouteRequest | string,
  t = table(),
  random = () => 0.5,
  latency: Record<string, number> = {},
): string[] =>
  routeModel(typeof request === 'string' ? { model: request } : request, t, {
    strategies,
    random,
    latencyMs: (p) => latency[p.name],
  }).targets.map((target) => `${target.provider.name}/${target.model}`);

const failure = (request: RouteRequest | string, t = table()): GatewayError => {
  try {
    route(request, t);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('expected a GatewayError');
};

describe('routeModel', () => {
  it.each([
    ['claude-haiku-5-5', ['qwen/qwen-small']],
    ['CLAUDE-3-5-Haiku-20241022', ['qwen/qwen-small']],
    ['claude-sonnet-5-5', ['qwen/qwen-mid', 'qwen/qwen-mid2', 'glm/glm-5', 'glm/org/model-x']],
    ['claude-opus-5-5', ['qwen/qwen-big']],
    ['claude-fable-5-2', ['qwen/qwen-big']],
    ['big', ['qwen/qwen-big']],
    ['fast', ['glm/glm-air']],
    ['glm-5', ['glm/glm-5']],
    ['org/model-x', ['glm/org/model-x']],
    ['glm/glm-5', ['glm/glm-5']],
    ['qwen/claude-haiku-5', ['qwen/qwen-small']],
    ['qwen/anything', ['qwen/qwen-mid', 'qwen/qwen-mid2']],
    ['gpt-4o', ['qwen/qwen-mid', 'qwen/qwen-mid2', 'glm/glm-5', 'glm/org/model-x']],
  ])('sends %s to %j', (model, targets) => {
    expect(route(model)).toEqual(targets);
  });

  it('follows an exact alias before a glob, to tiers and to lists of targets', () => {
    const t = table({
      modelAliases: { 'gpt-*': 'small', 'gpt-4o': ['glm/glm-air', 'qwen-big', 'nowhere'], 'a*b*c': 'big' },
    });
    expect(route('gpt-5', t)).toEqual(['qwen/qwen-small']);
    expect(route('gpt-4o', t)).toEqual(['glm/glm-air', 'qwen/qwen-big']);
    expect(route('axxbyyc', t)).toEqual(['qwen/qwen-big']);
    expect(route('axxc', t)).toEqual(['qwen/qwen-mid', 'qwen/qwen-mid2', 'glm/glm-5', 'glm/org/model-x']);
  });

  it('keeps a named provider to itself and lets X-API-Format tell two entries of one name apart', () => {
    const twins = table({
      providers: [
        provider('a', { priority: 1 }),
        provider('a', { priority: 2, dialect: 'anthropic', models: { middle: ['claude'] } }),
      ],
    });
    expect(route({ model: 'x', providerName: 'a' }, twins)).toEqual(['a/a-mid', 'a/a-mid2']);
    expect(route({ model: 'x', providerName: 'a', dialect: 'anthropic' }, twins)).toEqual(['a/claude']);
    expect(
      routeModel({ model: 'x', providerName: 'a' }, twins, {
        strategies,
        random: Math.random,
        latencyMs: () => undefined,
      }).explicit,
    ).toBe(true);
  });

  it("uses the named provider's own default tier", () => {
    const t = table({ providers: [provider('a', { defaultTier: 'small' })] });
    expect(route({ model: 'whatever', providerName: 'a' }, t)).toEqual(['a/a-small']);
  });

  it('names what exists when the provider or the model does not', () => {
    expect(failure({ model: 'x', providerName: 'nope' })).toMatchObject({
      status: 404,
      type: 'not_found_error',
      message: expect.stringContaining('qwen, glm'),
    });
    expect(failure('gpt-4o', table({ defaultTier: 'reject' })).message).toContain('qwen-big');
    const disabled = table({
      providers: [provider('a', { enabled: false, disabledReason: 'QWEN_KEY is not set' })],
    });
    expect(failure({ model: 'x', providerName: 'a' }, disabled).message).toContain('QWEN_KEY is not set');
    expect(failure('a/x', disabled)).toMatchObject({ status: 404, code: 'provider_disabled' });
    expect(failure('claude-opus-5', disabled)).toMatchObject({
      status: 404,
      code: 'no_usable_provider',
      message: expect.stringContaining('QWEN_KEY'),
    });
    expect(failure('claude-opus-5', table({ providers: [] })).code).toBe('no_usable_provider');
  });

  it('orders providers by latency, and by weight in proportion', () => {
    const providers = [
      provider('a', { models: { middle: ['m'] }, weight: 1 }),
      provider('b', { models: { middle: ['m'] }, weight: 9 }),
    ];
    expect(
      route('m', table({ providers, fallbackStrategy: 'least-latency' }), Math.random, { a: 90, b: 20 }),
    ).toEqual(['b/m', 'a/m']);
    let seed = 42;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
    const first = (strategy: RoutingTable['fallbackStrategy']) =>
      Array.from(
        { length: 2000 },
        () => route('m', table({ providers, fallbackStrategy: strategy }), random)[0],
      ).filter((t) => t === 'b/m').length;
    expect(first('weighted')).toBeGreaterThan(1700);
    expect(first('weighted')).toBeLessThan(1900);
    expect(first('random')).toBeGreaterThan(900);
    expect(first('random')).toBeLessThan(1100);
  });
});
