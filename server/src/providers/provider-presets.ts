import type { ProviderPreset } from '@ccs/dto';
import { PRESETS, type PresetId } from '../converters/anthropic-openai/presets.js';

/** Name and address of each preset; the address is empty where everybody has another one. */
const KNOWN: Readonly<Record<PresetId, readonly [name: string, baseUrl: string]>> = {
  openai: ['OpenAI', 'https://api.openai.com/v1'],
  azure: ['Azure OpenAI', ''],
  deepseek: ['DeepSeek', 'https://api.deepseek.com/v1'],
  'deepseek-v3': ['DeepSeek V3', 'https://api.deepseek.com/v1'],
  kimi: ['Kimi (Moonshot)', 'https://api.moonshot.cn/v1'],
  'kimi-k3': ['Kimi K3 (Moonshot)', 'https://api.moonshot.cn/v1'],
  qwen: ['Qwen (DashScope)', 'https://dashscope.aliyuncs.com/compatible-mode/v1'],
  modelscope: ['ModelScope', 'https://api-inference.modelscope.cn/v1'],
  glm: ['GLM (Zhipu)', 'https://open.bigmodel.cn/api/paas/v4'],
  minimax: ['MiniMax', 'https://api.minimaxi.com/v1'],
  gemini: ['Google Gemini', 'https://generativelanguage.googleapis.com/v1beta/openai'],
  openrouter: ['OpenRouter', 'https://openrouter.ai/api/v1'],
  vllm: ['vLLM', 'http://127.0.0.1:8000/v1'],
  sglang: ['SGLang', 'http://127.0.0.1:30000/v1'],
  ollama: ['Ollama', 'http://127.0.0.1:11434/v1'],
  llamacpp: ['llama.cpp', 'http://127.0.0.1:8080/v1'],
  mistral: ['Mistral', 'https://api.mistral.ai/v1'],
  xai: ['xAI', 'https://api.x.ai/v1'],
  groq: ['Groq', 'https://api.groq.com/openai/v1'],
};

const ANTHROPIC: ProviderPreset = {
  id: 'anthropic',
  name: 'Anthropic',
  api_format: 'anthropic',
  base_url: 'https://api.anthropic.com',
  preset: null,
  profile: {},
  note: null,
};

/** What the form of a new provider can start from. */
export const PROVIDER_PRESETS: readonly ProviderPreset[] = Object.freeze([
  ANTHROPIC,
  // The keys of a constant; Object.entries widens them to string.
  ...(Object.entries(KNOWN) as [PresetId, (typeof KNOWN)[PresetId]][]).map(([id, [name, baseUrl]]) => {
    const preset: { readonly profile: object; readonly note?: string } = PRESETS[id];
    return {
      id,
      name,
      api_format: 'openai' as const,
      base_url: baseUrl,
      preset: id,
      profile: { ...preset.profile },
      note: preset.note ?? null,
    };
  }),
]);
