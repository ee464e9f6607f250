import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseProviderFile } from './parse-provider-file.js';

const PROVIDER = { name: 'p', base_url: 'https://api.example.com/v1', api_key: 'k' };

const parse = (file: unknown) => parseProviderFile(JSON.stringify(file));
const withProvider = (extra: Record<string, unknown>) => parse({ providers: [{ ...PROVIDER, ...extra }] });

describe('provider.json', () => {
  it('of the original works unchanged', () => {
    const { file, problems, warnings } = parse({
      providers: [
        {
          name: 'Qwen', enabled: false, priority: 1, api_key: '${QWEN_KEY}', base_url: 'https://dashscope.example.com/v1',
          api_version: null, timeout: 180, max_retries: 2, custom_headers: { 'X-Team': 'a', Authorization: 'Bearer ${API_KEY}' },
          models: { big: ['qwen3-max'], middle: ['qwen-plus'], small: [], extra: ['x'] }, api_format: 'openai', max_tokens_limit: null,
        },
        { name: 'Qwen', api_key: 'k', base_url: 'https://other.example.com', api_format: 'anthropic' },
      ],
      fallback_strategy: 'random',
      circuit_breaker: { failure_threshold: 5, recovery_timeout: 60 },
      retry_on_zero_output_tokens: true,
      retry_on_zero_output_tokens_retries: 3,
      observability: { log_level: 'info', log_sampling_rate: 1.0, slow_request_threshold_ms: 5000 },
    }); // prettier-ignore
    expect([problems, warnings]).toEqual([[], []]);
    expect(
      file.providers.map((each) => [each.name, each.api_format, each.timeout, each.api_version]),
    ).toEqual([
      ['Qwen', 'openai', 180, undefined],
      ['Qwen', 'anthropic', undefined, undefined],
    ]);
    expect(file.routing.fallback_strategy).toBe('random');
  });

  it('as shipped has nothing to remark on', () => {
    const shipped = readFileSync(new URL('../../../provider.json', import.meta.url), 'utf8');
    const { file, problems, warnings } = parseProviderFile(shipped);
    expect([problems, warnings]).toEqual([[], []]);
    expect(file.providers.map((each) => [each.name, each.enabled, each.api_key])).toEqual([
      ['qwen', true, '${DASHSCOPE_API_KEY}'],
      ['anthropic', true, '${ANTHROPIC_API_KEY}'],
      ['simulator', false, 'any'],
    ]);
  });

  it.each<[Record<string, unknown>, string]>([
    [{ name: '' }, '.name'], [{ name: 'a/b' }, '.name'], [{ name: 'x'.repeat(65) }, '.name'], [{ name: 'Latest' }, '.name'],
    [{ name: 'check' }, '.name'], [{ name: 'a\nb' }, '.name'], [{ name: 7 }, '.name'],
    [{ api_format: 'gemini' }, '.api_format'], [{ base_url: 'api.example.com' }, '.base_url'],
    [{ base_url: 'https://user:pw@x' }, '.base_url'], [{ enabled: 'yes' }, '.enabled'], [{ priority: 1.5 }, '.priority'],
    [{ timeout: 0 }, '.timeout'], [{ timeout: '60' }, '.timeout'], [{ max_retries: -1 }, '.max_retries'],
    [{ custom_headers: ['a'] }, '.custom_headers'], [{ custom_headers: { 'x y': 'a' } }, '.custom_headers["x y"]'],
    [{ custom_headers: { 'x-a': 'a\r\nb: c' } }, '.custom_headers.x-a'], [{ models: ['a'] }, '.models'],
    [{ models: { big: 'a' } }, '.models.big'], [{ models: { big: [''] } }, '.models.big'], [{ max_tokens_limit: 0 }, '.max_tokens_limit'],
    [{ auth: 'basic' }, '.auth'], [{ count_tokens: 'no' }, '.count_tokens'], [{ preset: 'nope' }, '.preset'],
    [{ weight: -1 }, '.weight'], [{ profile: { top_k: 'maybe' } }, '.profile.top_k'], [{ profile: [] }, '.profile'],
    [{ model_profiles: { 'm.1': { reasoning: 3 } } }, '.model_profiles["m.1"].reasoning'],
    [{ prices: { m: { input: -1 } } }, '.prices.m.input'], [{ api_key: '${JWT_SECRET_KEY}' }, '.api_key'],
    [{ base_url: 'https://${DATABASE_URL}' }, '.base_url'], [{ custom_headers: { a: '${OIDC_CLIENT_SECRET:-x}' } }, '.custom_headers.a'],
  ])('refuses an entry with %j at %s', (extra, path) => {
    const { problems, file } = withProvider(extra);
    expect(problems.map((each) => each.path)).toEqual([`$.providers[0]${path}`]);
    expect(file.providers).toEqual([]);
  }); // prettier-ignore

  it.each<[unknown, string]>([
    [[], '$'], [{ providers: {} }, '$.providers'], [{ providers: ['x'] }, '$.providers[0]'],
    [{ fallback_strategy: 'banana' }, '$.fallback_strategy'], [{ circuit_breaker: { failure_threshold: 0 } }, '$.circuit_breaker.failure_threshold'],
    [{ retry_on_zero_output_tokens_retries: -1 }, '$.retry_on_zero_output_tokens_retries'], [{ model_aliases: { a: 1 } }, '$.model_aliases.a'],
    [{ session_affinity: 'on' }, '$.session_affinity'], [{ schema_version: 2 }, '$.schema_version'],
    [{ providers: [{ api_key: 'k', base_url: 'https://x' }] }, '$.providers[0].name'],
    [{ providers: [PROVIDER, PROVIDER] }, '$.providers[1].name'],
  ])('refuses %j at %s', (file, path) => {
    expect(parse(file).problems.map((each) => each.path)).toEqual([path]);
  }); // prettier-ignore

  it('tells all problems at once', () => {
    const { problems } = parse({
      providers: [{ ...PROVIDER, timeout: -1, auth: 1 }, { name: 'q' }],
      fallback_strategy: 1,
    });
    expect(problems.map((each) => each.path)).toEqual([
      '$.providers[0].timeout',
      '$.providers[0].auth',
      '$.providers[1].base_url',
      '$.fallback_strategy',
    ]);
  });

  it('warns of what it does not know and goes on', () => {
    const { file, problems, warnings } = parse({
      providers: [{ ...PROVIDER, color: 'red', profile: { top_k: 'send', topk: 'send' } }],
      cache: { enabled: true },
      circuit_breaker: { enabled: true, failure_threshold: 3 },
    });
    expect(problems).toEqual([]);
    expect(warnings.map((each) => each.path)).toEqual([
      '$.providers[0].color',
      '$.providers[0].profile.topk',
      '$.cache',
      '$.circuit_breaker.enabled',
    ]);
    expect(file.providers[0]?.profile).toEqual({ top_k: 'send' });
    expect(file.routing.circuit_breaker).toEqual({ failure_threshold: 3 });
  });

  it('says where it is no JSON, and never quotes it', () => {
    const { problems } = parseProviderFile('{"providers": [{"api_key": "sk-secret" oops}]}');
    expect(problems).toEqual([{ path: '$', text: 'is not JSON (line 1, column 40: expected , or })' }]);
  });

  it('quotes no value in any remark', () => {
    const { problems, warnings } = withProvider({
      api_key: 12345678,
      custom_headers: { 'X-Key': 'CANARY\n' },
      CANARY2: 1,
    });
    expect(JSON.stringify([problems, warnings.map((each) => each.text)])).not.toMatch(/12345678|CANARY/);
  });

  it('is not led astray by names of prototypes', () => {
    const { file, warnings } = parseProviderFile(
      '{"__proto__": {"a": 1}, "constructor": 1, "providers": [{"name": "p", "base_url": "https://x", "models": {"__proto__": ["m"]}}]}',
    );
    expect(warnings.map((each) => each.path)).toEqual(['$.__proto__', '$.constructor']);
    expect(Object.keys(file.providers[0]?.models ?? {})).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });
});
