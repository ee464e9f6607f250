import type { Dialect } from '../scripts/script.js';

/** What scripts and the built-in assistant ask of a request body, in either dialect. */
export interface ModelCall {
  readonly dialect: Dialect;
  readonly model: string;
  readonly stream: boolean;
  /** OpenAI sends stream usage only on demand; Anthropic always does. */
  readonly includeUsage: boolean;
  /** The newest text of the user, system reminders left out; `""` if there is none. */
  readonly userText: string;
  /** The text of the last message, if it is the assistant's: the answer goes on from there. */
  readonly prefill: string;
  /** Results that arrived after the last assistant message, in order. */
  readonly toolResults: readonly ToolResult[];
  /** How many assistant messages with tool calls follow the newest user text. */
  readonly toolRounds: number;
  readonly toolNames: readonly string[];
  /** JSON schema the answer has to satisfy. */
  readonly answerSchema: unknown;
  /** Rough size of the prompt: a token per four bytes of the body. */
  readonly inputTokens: number;
}

export interface ToolResult {
  readonly id: string;
  readonly text: string;
}

/** The body is not a call a provider would accept; becomes a 400 in the caller's dialect. */
export class InvalidCallError extends Error {
  override readonly name = 'InvalidCallError';
}

const SYSTEM_REMINDER = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

/** Claude Code mixes its own notes into user messages; what the person typed is the rest. */
export function withoutReminders(text: string): string {
  return text.replace(SYSTEM_REMINDER, '').trim();
}

export function estimateInputTokens(bodyBytes: number): number {
  return Math.max(1, Math.ceil(bodyBytes / 4));
}
