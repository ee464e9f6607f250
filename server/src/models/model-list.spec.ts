import { describe, expect, it } from '@jest/globals';
import type { RoutableProvider, RoutingTable } from '../routing/routable-provider.js';
import { callScope } from '../limits/call-scope.js';
import { NO_LIMITS } from '../limits/limit-values.js';
import { listModels, pageOfModels } from './model-list.js';

const provider = (name: string, models: Record<string, string[]>, enabled = true): RoutableProvider => ({
  name,
  dialect: 'openai',
  enabled,
  disabledReason: enabled ? null : 'off',
  priority: 1,
  weight: 1,
  defaultTier: null,
  tiers: new Map(Object.entries(models)),
});

const table = (...providers: RoutableProvider[]): RoutingTable => ({
  providers,
  modelAliases: {},
  defaultTier: 'middle',
  fallbackStrategy: 'priority',
});

const ids = (models: readonly { id: string }[]) => models.map((model) => model.id);

describe('the model list', () => {
  const models = listModels(
    table(
      provider('q', { middle: ['qwen-plus'], small: ['qwen-turbo', 'qwen-plus'] }),
      provider('off', { big: ['x'] }, false),
    ),
  );

  it('has the Claude names of the tiers that are served, then each model once, and nothing of disabled providers', () => {
    expect(ids(models)).toEqual(['claude-sonnet-5-5', 'claude-haiku-5-5', 'qwen-plus', 'qwen-turbo']);
    expect(models[0]).toEqual({
      type: 'model',
      id: 'claude-sonnet-5-5',
      display_name: 'Sonnet (q/qwen-plus)',
      created_at: '1970-01-01T00:00:00Z',
    });
  });

  it.each([
    [{}, ['claude-sonnet-5-5', 'claude-haiku-5-5', 'qwen-plus', 'qwen-turbo'], false],
    [{ limit: '2' }, ['claude-sonnet-5-5', 'claude-haiku-5-5'], true],
    [{ limit: '2', after_id: 'claude-haiku-5-5' }, ['qwen-plus', 'qwen-turbo'], false],
    [{ limit: '2', before_id: 'qwen-turbo' }, ['claude-haiku-5-5', 'qwen-plus'], true],
    [{ after_id: 'qwen-turbo' }, [], false],
  ])('pages %j', (query, page, hasMore) => {
    const result = pageOfModels(models, query);
    expect(ids(result.data)).toEqual(page);
    expect(result).toMatchObject({
      has_more: hasMore,
      first_id: page[0] ?? null,
      last_id: page.at(-1) ?? null,
    });
  });

  it.each([[{ limit: '0' }], [{ limit: 'x' }], [{ limit: '1001' }], [{ after_id: 'nope' }]])(
    'refuses %j by name',
    (query) => {
      expect(() => pageOfModels(models, query)).toThrow(new RegExp(`^${Object.keys(query)[0]}: `));
    },
  );
});

describe('the model list of a restricted key', () => {
  it('has what its scopes let it use, under the target that would serve it', () => {
    const scope = callScope({
      ...NO_LIMITS,
      allowedModels: ['claude-haiku-*', 'qwen-plus'],
      allowedProviders: ['r'],
    });
    const served = table(
      provider('q', { middle: ['qwen-plus'], small: ['qwen-turbo'] }),
      provider('r', { middle: ['qwen-max', 'qwen-plus'], small: ['r-small'] }),
    );
    expect(listModels(served, scope === null ? [] : [scope]).map((model) => model.display_name)).toEqual([
      'Sonnet (r/qwen-plus)',
      'Haiku (r/r-small)',
      'qwen-plus',
    ]);
  });
});
