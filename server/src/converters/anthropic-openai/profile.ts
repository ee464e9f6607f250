/**
 * What one provider + model can do. Every difference between providers is a key here, never an `if` on a
 * provider's name. Keys are spelled as in provider.json. Source: conversion specification, section 0.
 */
export interface Profile {
  readonly max_tokens_field: 'max_tokens' | 'max_completion_tokens';
  readonly max_tokens_limit: number | null;
  readonly temperature: 'send' | 'drop';
  readonly top_p: 'send' | 'drop';
  readonly top_k: 'send' | 'drop';
  readonly stop: 'send' | 'drop';
  readonly stop_max: number | null;
  readonly user: 'send' | 'drop';
  readonly service_tier: 'send' | 'drop';
  readonly stream_usage: boolean;
  readonly system_role: 'system' | 'developer';
  readonly inline_system: 'user' | 'keep';
  readonly text_parts: 'parts' | 'join';
  readonly assistant_null_content: 'null' | 'empty';
  readonly vision: 'send' | 'placeholder';
  readonly pdf: 'placeholder' | 'file';
  readonly tool_result_images: 'user' | 'tool';
  readonly tool_id: 'keep' | 'alnum9';
  readonly tool_name_max: number;
  readonly tool_choice: 'full' | 'no_named' | 'auto_only';
  readonly parallel_tool_calls: 'send' | 'drop';
  readonly schema_dialect: 'json_schema' | 'openai' | 'gemini';
  readonly strict_tools: 'drop' | 'send';
  readonly defer_loading: 'emulate' | 'ignore';
  readonly reasoning:
    'none' | 'effort' | 'openrouter' | 'enable_thinking' | 'thinking_type' | 'chat_template_kwargs';
  readonly effort_values: readonly string[];
  readonly effort_off: string | null;
  readonly thinking_type_effort: boolean;
  readonly template_kwarg: 'enable_thinking' | 'thinking';
  readonly thinking_default: 'omit' | 'off';
  readonly thinking_needs_stream: boolean;
  readonly forced_tool_choice_disables_thinking: boolean;
  readonly replay_reasoning: 'none' | 'reasoning_content' | 'reasoning' | 'reasoning_details';
  readonly replay_scope: 'all' | 'current_turn';
  readonly replay_missing: string | null;
  readonly replay_missing_on: 'tool_calls' | 'all';
  readonly cache_control: 'drop' | 'keep';
  readonly response_format: 'json_schema' | 'json_object' | 'none';
  readonly prefill: 'plain' | 'prefix' | 'partial' | 'continue_final_message' | 'reject';
  readonly think_tags: 'auto' | 'off' | 'implicit_open';
  readonly extra_body: Readonly<Record<string, unknown>>;
  readonly betas: 'keep' | 'drop' | readonly string[];
}

export const DEFAULT_PROFILE: Profile = Object.freeze({
  max_tokens_field: 'max_tokens',
  max_tokens_limit: null,
  temperature: 'send',
  top_p: 'send',
  top_k: 'drop',
  stop: 'send',
  stop_max: null,
  user: 'send',
  service_tier: 'drop',
  stream_usage: true,
  system_role: 'system',
  inline_system: 'user',
  text_parts: 'parts',
  assistant_null_content: 'null',
  vision: 'send',
  pdf: 'placeholder',
  tool_result_images: 'user',
  tool_id: 'keep',
  tool_name_max: 64,
  tool_choice: 'full',
  parallel_tool_calls: 'send',
  schema_dialect: 'json_schema',
  strict_tools: 'drop',
  defer_loading: 'emulate',
  reasoning: 'none',
  effort_values: Object.freeze(['low', 'medium', 'high']),
  effort_off: null,
  thinking_type_effort: false,
  template_kwarg: 'enable_thinking',
  thinking_default: 'omit',
  thinking_needs_stream: false,
  forced_tool_choice_disables_thinking: false,
  replay_reasoning: 'none',
  replay_scope: 'all',
  replay_missing: null,
  replay_missing_on: 'tool_calls',
  cache_control: 'drop',
  response_format: 'json_schema',
  prefill: 'plain',
  think_tags: 'auto',
  extra_body: Object.freeze({}),
  betas: 'keep',
});
