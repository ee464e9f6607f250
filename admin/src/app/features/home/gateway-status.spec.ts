import type { PublicProvider } from '@ccs/dto';
import { gatewayStatus, testTier } from './gateway-status';

function provider(overrides: Partial<PublicProvider> = {}): PublicProvider {
  return {
    name: 'qwen',
    api_format: 'openai',
    enabled: true,
    disabled_reason: null,
    models: { middle: ['qwen-plus'] },
    ...overrides,
  };
}

const off = provider({ enabled: false });

describe('gatewayStatus', () => {
  it('is ready as soon as one provider is enabled, and names each once', () => {
    const both = [off, provider({ name: 'b' }), provider({ name: 'b', api_format: 'anthropic' })];
    expect(gatewayStatus(both)).toEqual({ kind: 'ready', providers: ['b'] });
  });

  it('tells an empty list from one where everything is disabled', () => {
    expect(gatewayStatus([])).toEqual({ kind: 'noProvider' });
    expect(gatewayStatus([off])).toEqual({ kind: 'allDisabled', reasonsKnown: false });
    const told = provider({ enabled: false, disabled_reason: 'the environment variable X is not set' });
    expect(gatewayStatus([off, told])).toEqual({ kind: 'allDisabled', reasonsKnown: true });
  });
});

describe('testTier', () => {
  it.each([
    { providers: [provider({ models: { big: ['a'], middle: ['b'] } })], expected: 'middle' },
    { providers: [provider({ models: { big: ['a'], middle: [] } })], expected: 'big' },
    { providers: [provider({ models: { huge: ['a'] } })], expected: 'huge' },
    { providers: [off, provider({ models: { small: ['a'] } })], expected: 'small' },
    { providers: [], expected: 'middle' },
  ])('asks for $expected', ({ providers, expected }) => {
    expect(testTier(providers)).toBe(expected);
  });
});
