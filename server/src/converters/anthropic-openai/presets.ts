import type { Profile } from './profile.js';

export interface Preset {
  /** Keys that differ from the default profile. */
  readonly profile: Readonly<Partial<Profile>>;
  /** Where the facts are from; `general knowledge` marks what was not checked against the provider. */
  readonly source: string;
  /** What no preset can know: keys that depend on the model or on the endpoint. */
  readonly note?: string;
}

const OPENAI: Readonly<Partial<Profile>> = {
  max_tokens_field: 'max_completion_tokens',
  temperature: 'drop',
  top_p: 'drop',
  stop_max: 4,
  reasoning: 'effort',
  effort_off: 'none',
  inline_system: 'keep',
  schema_dialect: 'openai',
  pdf: 'file',
};

const QWEN: Readonly<Partial<Profile>> = {
  reasoning: 'enable_thinking',
  forced_tool_choice_disables_thinking: true,
  top_k: 'send',
  prefill: 'partial',
  cache_control: 'keep',
};

const VLLM: Readonly<Partial<Profile>> = {
  reasoning: 'chat_template_kwargs',
  replay_reasoning: 'reasoning',
  top_k: 'send',
  tool_result_images: 'tool',
};

/**
 * Profiles of known providers, as data; `preset` of a provider entry names one. Source: conversion
 * specification, section 7.
 */
export const PRESETS = {
  openai: {
    profile: OPENAI,
    source: 'general knowledge; 64-character names: mrexodia/ida-pro-mcp#129',
    note: 'effort_values and effort_off differ by model: o-series and the first gpt-5 do not know "none".',
  },
  azure: { profile: OPENAI, source: 'as openai; general knowledge' },
  deepseek: {
    profile: {
      reasoning: 'thinking_type',
      thinking_type_effort: true,
      effort_values: ['high', 'max'],
      replay_reasoning: 'reasoning_content',
      replay_missing: '',
      replay_missing_on: 'all',
      forced_tool_choice_disables_thinking: true,
      response_format: 'json_object',
      vision: 'placeholder',
      prefill: 'prefix',
    },
    source: 'https://api-docs.deepseek.com/guides/thinking_mode; openclaude#878, cc-switch#2331',
    note: 'prefill "prefix" needs the beta base_url.',
  },
  'deepseek-v3': {
    profile: { replay_reasoning: 'reasoning_content', replay_scope: 'current_turn' },
    source: 'DeepSeek documentation before V4: the reasoning of earlier turns is not sent back',
  },
  kimi: {
    profile: {
      reasoning: 'thinking_type',
      temperature: 'drop',
      replay_reasoning: 'reasoning_content',
      replay_missing: ' ',
      replay_missing_on: 'tool_calls',
      prefill: 'partial',
    },
    source: 'mastra-ai/mastra#12592, BerriAI/litellm#29687, HKUDS/nanobot#3939',
  },
  'kimi-k3': {
    profile: { reasoning: 'effort', effort_values: ['low', 'high', 'max'] },
    source: 'vercel/ai provider options; the model always thinks',
  },
  qwen: {
    profile: QWEN,
    source: 'https://help.aliyun.com/en/model-studio/deep-thinking; cloudwego/eino#994',
    note: 'Older models think only in streams: thinking_needs_stream.',
  },
  modelscope: {
    profile: { ...QWEN, thinking_needs_stream: true },
    source: 'musistudio/claude-code-router#948, modelscope#1513',
  },
  glm: {
    profile: {
      reasoning: 'thinking_type',
      tool_choice: 'auto_only',
      replay_reasoning: 'reasoning_content',
      stop_max: 1,
      user: 'drop',
    },
    source:
      'https://docs.z.ai/guides/capabilities/thinking-mode; agentscope GLM integration; stop and user: general knowledge',
    note: 'Some endpoints reject stream_options: stream_usage false.',
  },
  minimax: {
    profile: { extra_body: { reasoning_split: true }, replay_reasoning: 'reasoning_details' },
    source: 'https://www.cnblogs.com/liuscraft/p/21705488; general knowledge',
    note: 'Thinking cannot be switched off. Without reasoning_split it comes in <think> tags and cannot be sent back.',
  },
  gemini: {
    profile: {
      schema_dialect: 'gemini',
      parallel_tool_calls: 'drop',
      reasoning: 'effort',
      user: 'drop',
    },
    source: 'jackmpcollins/magentic#382, vercel/ai tests; user: general knowledge',
  },
  openrouter: {
    profile: {
      reasoning: 'openrouter',
      replay_reasoning: 'reasoning_details',
      cache_control: 'keep',
      top_k: 'send',
      pdf: 'file',
    },
    source: 'OpenRouter documentation; local-operator#223, OmniRoute#8210',
  },
  vllm: { profile: VLLM, source: 'vLLM source: fields reasoning, reasoning_content, chat_template_kwargs' },
  sglang: { profile: VLLM, source: 'SGLang source; as vllm' },
  ollama: { profile: { reasoning: 'effort' }, source: 'general knowledge' },
  llamacpp: { profile: { reasoning: 'chat_template_kwargs' }, source: 'llama.cpp server source' },
  mistral: {
    profile: { tool_id: 'alnum9', user: 'drop' },
    source: 'nearai/ironclaw#1241, opencode#1680',
    note: 'Old deployments reject stream_options: stream_usage false.',
  },
  xai: {
    profile: { reasoning: 'effort', effort_values: ['low', 'high'] },
    source: 'vercel/ai xai provider',
  },
  groq: {
    profile: {},
    source: 'general knowledge: unknown message fields are rejected, which is the default',
  },
} as const satisfies Record<string, Preset>;

export type PresetId = keyof typeof PRESETS;

export const PRESET_IDS: readonly PresetId[] = Object.freeze(
  // The keys of the constant above; Object.keys widens them to string.
  Object.keys(PRESETS) as PresetId[],
);

export function isPresetId(value: string): value is PresetId {
  return Object.hasOwn(PRESETS, value);
}

/** Host, or its ending after a dot, of the public endpoints. Self-hosted servers have no host to know them by. */
const HOSTS: readonly (readonly [host: string, preset: PresetId])[] = [
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['api.deepseek.com', 'deepseek'],
  ['api.moonshot.cn', 'kimi'],
  ['api.moonshot.ai', 'kimi'],
  ['dashscope.aliyuncs.com', 'qwen'],
  ['dashscope-intl.aliyuncs.com', 'qwen'],
  ['dashscope-us.aliyuncs.com', 'qwen'],
  ['maas.aliyuncs.com', 'qwen'],
  ['modelscope.cn', 'modelscope'],
  ['open.bigmodel.cn', 'glm'],
  ['api.z.ai', 'glm'],
  ['api.minimax.chat', 'minimax'],
  ['api.minimax.io', 'minimax'],
  ['api.minimaxi.com', 'minimax'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['openrouter.ai', 'openrouter'],
  ['api.mistral.ai', 'mistral'],
  ['api.x.ai', 'xai'],
  ['api.groq.com', 'groq'],
];

const OLLAMA_PORT = '11434';

/** The preset that the host of a provider's `base_url` speaks for; null when it says nothing. */
export function guessPreset(baseUrl: string): PresetId | null {
  if (!URL.canParse(baseUrl)) return null;
  const { hostname, port } = new URL(baseUrl);
  const host = hostname.toLowerCase().replace(/\.$/, '');
  const known = HOSTS.find(([name]) => host === name || host.endsWith(`.${name}`));
  if (known !== undefined) return known[1];
  return port === OLLAMA_PORT ? 'ollama' : null;
}
