import { describe, expect, it } from '@jest/globals';
import type { ProviderEntry, ProviderFile } from '../config/provider-file.js';
import { providerFileChanges } from './provider-file-changes.js';

const entry = (name: string, extra: Partial<ProviderEntry> = {}): ProviderEntry => ({
  name, api_format: 'openai', base_url: 'https://x', ...extra,
}); // prettier-ignore
const file = (providers: ProviderEntry[], routing: ProviderFile['routing'] = {}): ProviderFile => ({
  providers,
  routing,
});

/** The changes as short as they can be told. */
function told(before: ProviderFile | null, after: ProviderFile) {
  const changes = providerFileChanges(before, after);
  return {
    removed: changes.removed.map((each) => `${each.api_format} ${each.name}`),
    entries: changes.entries.map((each) => [each.entry.name, [...each.keys].sort(), each.position]),
    routing: Object.fromEntries(changes.routing),
  };
}

describe('the difference between two texts of provider.json', () => {
  it('is everything when there was no text before', () => {
    expect(told(null, file([entry('a', { timeout: 5 })], { default_tier: 'big' }))).toEqual({
      removed: [],
      entries: [['a', ['api_format', 'base_url', 'name', 'timeout'], 0]],
      routing: { default_tier: 'big' },
    });
  });

  it('is nothing when only the writing differs', () => {
    const before = file([entry('a', { models: { big: ['m'], small: [] } })], { model_aliases: { x: ['y'] } });
    const after = file([{ ...before.providers[0], models: { small: [], big: ['m'] } } as ProviderEntry], {
      model_aliases: { x: ['y'] },
    });
    expect(told(before, after)).toEqual({ removed: [], entries: [], routing: {} });
  });

  it('names the keys that were changed, added and taken out', () => {
    const before = file([entry('a', { timeout: 5, weight: 2, strict: true }), entry('b')]);
    const after = file([entry('a', { timeout: 6, strict: true, priority: 3 }), entry('b')]);
    expect(told(before, after).entries).toEqual([['a', ['priority', 'timeout', 'weight'], 0]]);
  });

  it('has entries that went, and takes another format for another entry', () => {
    const before = file([entry('a'), entry('b')]);
    const after = file([entry('a'), entry('b', { api_format: 'anthropic' })]);
    expect(told(before, after)).toMatchObject({
      removed: ['openai b'],
      entries: [['b', expect.any(Array), 1]],
    });
  });

  it('has entries that only moved, without keys', () => {
    expect(told(file([entry('a'), entry('b')]), file([entry('b'), entry('a')])).entries).toEqual([
      ['b', [], 0],
      ['a', [], 1],
    ]);
  });

  it('has settings that changed or were taken out', () => {
    const before = file([], { fallback_strategy: 'random', default_tier: 'big', session_affinity: true });
    const after = file([], { fallback_strategy: 'weighted', session_affinity: true });
    const changes = providerFileChanges(before, after);
    expect([...changes.routing]).toEqual([
      ['fallback_strategy', 'weighted'],
      ['default_tier', undefined],
    ]);
  });
});
