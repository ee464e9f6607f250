/**
 * `POST /v1/messages` as a client sends it. Loose on purpose: unknown fields, block types and roles travel
 * as they came, and only what a converter reads is named. Source: Anthropic Messages API, 2023-06-01.
 */
export interface MessagesRequest {
  model: string;
  messages: MessageParam[];
  max_tokens: number;
  system?: string | SystemBlockParam[] | null;
  stream?: boolean;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
  metadata?: { user_id?: string | null; [key: string]: unknown } | null;
  service_tier?: string;
  thinking?: ThinkingConfigParam | null;
  tools?: ToolParam[] | null;
  tool_choice?: ToolChoiceParam | null;
  output_config?: OutputConfigParam | null;
  output_format?: OutputFormatParam | null;
  mcp_servers?: unknown[] | null;
  container?: unknown;
  [key: string]: unknown;
}

export type MessageRole = 'user' | 'assistant' | 'system';

export interface MessageParam {
  role: MessageRole;
  content: string | ContentBlockParam[];
  /** Only on an inline system message (Claude Code's per-turn control). */
  output_config?: OutputConfigParam | null;
  [key: string]: unknown;
}

/** Any content block of a request. `type` decides; readers check every other field before they use it. */
export interface ContentBlockParam {
  type: string;
  cache_control?: CacheControlParam | null;
  [key: string]: unknown;
}

export interface CacheControlParam {
  type: string;
  ttl?: string;
  [key: string]: unknown;
}

export interface SystemBlockParam extends ContentBlockParam {
  text?: string;
}

export interface TextBlockParam extends ContentBlockParam {
  type: 'text';
  text: string;
}

export interface ToolUseBlockParam extends ContentBlockParam {
  type: 'tool_use';
  id: string;
  name: string;
  input?: unknown;
}

export interface ToolResultBlockParam extends ContentBlockParam {
  type: 'tool_result';
  tool_use_id: string;
  content?: string | ContentBlockParam[] | null;
  is_error?: boolean | null;
}

export interface ThinkingBlockParam extends ContentBlockParam {
  type: 'thinking';
  thinking: string;
  signature?: string;
}

export interface RedactedThinkingBlockParam extends ContentBlockParam {
  type: 'redacted_thinking';
  data: string;
}

export interface ThinkingConfigParam {
  type: string;
  budget_tokens?: number;
  display?: string;
  [key: string]: unknown;
}

export interface OutputConfigParam {
  effort?: string | null;
  format?: OutputFormatParam | null;
  [key: string]: unknown;
}

export interface OutputFormatParam {
  type: string;
  schema?: unknown;
  name?: string;
  [key: string]: unknown;
}

export interface ToolParam {
  name: string;
  type?: string | null;
  description?: string | null;
  input_schema?: unknown;
  defer_loading?: boolean | null;
  strict?: boolean | null;
  [key: string]: unknown;
}

export interface ToolChoiceParam {
  type: string;
  name?: string;
  disable_parallel_tool_use?: boolean;
  [key: string]: unknown;
}
