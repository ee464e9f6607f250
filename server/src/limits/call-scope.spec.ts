import { describe, expect, it } from '@jest/globals';
import type { RoutableProvider } from '../routing/routable-provider.js';
import { callScope, mayCallFrom, mayUseTarget, type CallScope } from './call-scope.js';
import { NO_LIMITS, type LimitValues } from './limit-values.js';

const scopeOf = (values: Partial<LimitValues>): CallScope[] => {
  const scope = callScope({ ...NO_LIMITS, ...values });
  return scope === null ? [] : [scope];
};
const targetOf = (name: string, model: string) => {
  // Only the name of a provider is looked at.
  const provider = { name } as unknown as RoutableProvider;
  return { provider, model, tier: null };
};

describe('what a key may be used for', () => {
  it('is anything while nothing restricts it', () => {
    expect(scopeOf({ requestsPerMinute: 5 })).toEqual([]);
    expect(mayUseTarget([], 'claude-opus-5-5', targetOf('acme', 'm1'))).toBe(true);
    expect(mayCallFrom([], 'no address')).toBe(true);
  });

  it.each<[readonly string[], string, boolean]>([
    [['claude-haiku-*'], 'claude-haiku-5-5', true],
    [['claude-haiku-*'], 'claude-opus-5-5', false],
    [['m1'], 'claude-opus-5-5', true],
    [['acme/m1'], 'claude-opus-5-5', true],
    [['other/m1'], 'claude-opus-5-5', false],
    [['m'], 'm1', false],
    [['*'], 'anything', true],
  ])('models %j, asked for %s, sent to acme/m1: %s', (allowedModels, requested, expected) => {
    expect(mayUseTarget(scopeOf({ allowedModels }), requested, targetOf('acme', 'm1'))).toBe(expected);
  });

  it('needs the leave of the key and of its owner', () => {
    const both = [...scopeOf({ allowedProviders: ['a', 'b'] }), ...scopeOf({ allowedProviders: ['b', 'c'] })];
    expect(['a', 'b', 'c'].map((name) => mayUseTarget(both, 'm', targetOf(name, 'm')))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it.each<[string, string, boolean]>([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.0.0.0/8', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.9.9.9', true],
    ['192.168.1.5', '192.168.1.5', true],
    ['192.168.1.5', '192.168.1.50', false],
    ['2001:db8::/32', '2001:db8:1::1', true],
    ['2001:db8::/32', '10.0.0.1', false],
    ['0.0.0.0/0', '::1', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['0.0.0.0/0', '', false],
  ])('address list %s, called from %s: %s', (entry, address, expected) => {
    expect(mayCallFrom(scopeOf({ ipAllowlist: [entry] }), address)).toBe(expected);
  });
});
