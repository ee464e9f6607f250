/**
 * `POST …/chat/completions` as the gateway sends it. The index signature is for `extra_body` and for the
 * provider extensions a profile asks for (`thinking`, `enable_thinking`, `chat_template_kwargs`, …).
 * Source: OpenAI API reference, Chat Completions.
 */
export interface ChatCompletionRequest {
  model: string;
  messages: ChatMessage[];
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop?: string[];
  stream?: boolean;
  stream_options?: { include_usage: boolean };
  user?: string;
  service_tier?: string;
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
  reasoning_effort?: string;
  response_format?: unknown;
  [key: string]: unknown;
}

export type ChatMessage = ChatSystemMessage | ChatUserMessage | ChatAssistantMessage | ChatToolMessage;

export interface ChatSystemMessage {
  role: 'system' | 'developer';
  content: string | ChatContentPart[];
}

export interface ChatUserMessage {
  role: 'user';
  content: string | ChatContentPart[];
}

export interface ChatAssistantMessage {
  role: 'assistant';
  content: string | ChatContentPart[] | null;
  tool_calls?: ChatToolCall[];
  reasoning_content?: string;
  reasoning?: string;
  reasoning_details?: unknown[];
  prefix?: boolean;
  partial?: boolean;
}

export interface ChatToolMessage {
  role: 'tool';
  tool_call_id: string;
  content: string | ChatContentPart[];
}

export type ChatContentPart =
  | { type: 'text'; text: string; cache_control?: unknown }
  | { type: 'image_url'; image_url: { url: string }; cache_control?: unknown }
  | { type: 'file'; file: { filename: string; file_data: string }; cache_control?: unknown };

export interface ChatToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
  extra_content?: unknown;
}

export interface ChatTool {
  type: 'function';
  function: { name: string; description?: string; parameters: Record<string, unknown>; strict?: boolean };
}

export type ChatToolChoice = 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };
