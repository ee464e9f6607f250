import { describe, expect, it } from '@jest/globals';
import { checkProfile } from './check-profile.js';
import { guessPreset, isPresetId, PRESET_IDS, PRESETS } from './presets.js';
import { DEFAULT_PROFILE } from './profile.js';
import { resolveProfile } from './resolve-profile.js';

describe('a profile', () => {
  it('is the default, then preset, provider and model, key by key', () => {
    const profile = resolveProfile({
      preset: 'deepseek',
      profile: { prefill: 'plain', top_k: 'send' },
      modelProfile: { top_k: 'drop', vision: 'send' },
    });
    expect(profile).toEqual({
      ...DEFAULT_PROFILE,
      ...PRESETS.deepseek.profile,
      prefill: 'plain',
      top_k: 'drop',
      vision: 'send',
    });
    expect(Object.isFrozen(profile)).toBe(true);
  });

  it('is the default where nothing is said', () => {
    expect(resolveProfile({})).toEqual(DEFAULT_PROFILE);
    expect(resolveProfile({ preset: null, profile: null, modelProfile: null })).toEqual(DEFAULT_PROFILE);
    expect(resolveProfile({ preset: 'toString' })).toEqual(DEFAULT_PROFILE);
  });

  it.each<[key: string, value: unknown, problem: RegExp]>([
    ['vision', 'yes', /^must be "send" or "placeholder"$/],
    ['reasoning', true, /"none", "effort", .* or "chat_template_kwargs"/],
    ['stream_usage', 'true', /^must be true or false$/],
    ['max_tokens_limit', 0, /integer of at least 1, or null/],
    ['tool_name_max', 8, /integer of at least 16/],
    ['effort_values', [], /non-empty list of strings/],
    ['effort_off', 1, /string, or null/],
    ['extra_body', [], /object/],
    ['betas', [1], /list of beta names/],
    ['topK', 'send', /did you mean "top_k"/],
    ['nonsense', 1, /there are max_tokens_field, .*betas/],
    ['__proto__', {}, /is no profile key/],
    ['toString', 1, /is no profile key/],
  ])('with a wrong %s (%j) is reported with what is allowed', (key, value, problem) => {
    const written = JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as unknown;
    expect(checkProfile(written)).toEqual([{ path: key, problem: expect.stringMatching(problem) }]);
  });

  it('is reported with all its problems at once, and when it is none', () => {
    expect(checkProfile({ vision: 1, pdf: 2 })).toHaveLength(2);
    expect(checkProfile(['vision'])).toHaveLength(1);
  });

  it('of every preset, and the default, is valid and has a source', () => {
    expect(checkProfile(DEFAULT_PROFILE)).toEqual([]);
    for (const id of PRESET_IDS) {
      expect({ id, problems: checkProfile(PRESETS[id].profile) }).toEqual({ id, problems: [] });
      expect(PRESETS[id].source).toMatch(/\w/);
    }
  });
});

describe('presets', () => {
  it('are the ones that are documented', () => {
    expect(PRESET_IDS.toSorted()).toEqual(
      (
        'openai azure deepseek deepseek-v3 kimi kimi-k3 qwen modelscope glm minimax gemini openrouter ' +
        'vllm sglang ollama llamacpp mistral xai groq'
      )
        .split(' ')
        .toSorted(),
    );
    expect(isPresetId('constructor')).toBe(false);
  });

  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://team.openai.azure.com/openai/deployments/gpt', 'azure'],
    ['https://api.deepseek.com', 'deepseek'],
    ['https://api.moonshot.cn/v1', 'kimi'],
    ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'qwen'],
    ['https://api-inference.modelscope.cn/v1', 'modelscope'],
    ['https://open.bigmodel.cn/api/paas/v4', 'glm'],
    ['https://api.z.ai/api/coding/paas/v4', 'glm'],
    ['https://api.minimax.io/v1', 'minimax'],
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'gemini'],
    ['https://OpenRouter.ai/api/v1', 'openrouter'],
    ['https://api.mistral.ai/v1', 'mistral'],
    ['https://api.x.ai/v1', 'xai'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['http://127.0.0.1:11434/v1', 'ollama'],
    ['http://127.0.0.1:8000/v1', null],
    ['https://notapi.openai.com.example.org', null],
    ['https://example.org/api.openai.com', null],
    ['no url', null],
  ])('%s speaks for %s', (url, preset) => {
    expect(guessPreset(url)).toBe(preset);
  });
});
