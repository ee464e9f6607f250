import { isRecord } from '../scripts/value-reader.js';
import type { Dialect } from '../scripts/script.js';
import {
  estimateInputTokens,
  InvalidCallError,
  withoutReminders,
  type ModelCall,
  type ToolResult,
} from './model-call.js';

/** Reads a request body. Throws `InvalidCallError` for what every provider of the dialect would refuse. */
export function readCall(dialect: Dialect, body: Buffer): ModelCall {
  const request = parseBody(body);
  const messages = request['messages'];
  if (typeof request['model'] !== 'string') throw new InvalidCallError('model: Field required');
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new InvalidCallError('messages: at least one message is required');
  }
  if (dialect === 'anthropic' && typeof request['max_tokens'] !== 'number') {
    throw new InvalidCallError('max_tokens: Field required');
  }
  const streamOptions = request['stream_options'];
  return {
    dialect,
    model: request['model'],
    stream: request['stream'] === true,
    includeUsage:
      dialect === 'anthropic' || (isRecord(streamOptions) && streamOptions['include_usage'] === true),
    ...readConversation(messages.filter(isRecord)),
    prefill: prefillOf(messages.filter(isRecord).at(-1)),
    toolNames: toolNames(request['tools']),
    answerSchema: dialect === 'anthropic' ? anthropicSchema(request) : openAiSchema(request),
    inputTokens: estimateInputTokens(body.length),
  };
}

function parseBody(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new InvalidCallError('the request body is not valid JSON', { cause: error });
  }
  if (!isRecord(value)) throw new InvalidCallError('the request body must be a JSON object');
  return value;
}

/** Walks backwards from the last message; stops at the newest text of the user. */
function readConversation(
  messages: readonly Record<string, unknown>[],
): Pick<ModelCall, 'userText' | 'toolResults' | 'toolRounds'> {
  const toolResults: ToolResult[] = [];
  let toolRounds = 0;
  let assistantSeen = false;
  for (const message of messages.toReversed()) {
    if (message['role'] === 'assistant') {
      assistantSeen = true;
      if (hasToolCalls(message)) toolRounds += 1;
      continue;
    }
    if (!assistantSeen) toolResults.unshift(...resultsOf(message));
    if (message['role'] !== 'user') continue;
    const userText = withoutReminders(textOf(message['content']));
    if (userText !== '') return { userText, toolResults, toolRounds };
  }
  return { userText: '', toolResults, toolRounds };
}

function prefillOf(last: Record<string, unknown> | undefined): string {
  return last?.['role'] === 'assistant' ? textOf(last['content']) : '';
}

function hasToolCalls(message: Record<string, unknown>): boolean {
  const calls = message['tool_calls'];
  if (Array.isArray(calls) && calls.length > 0) return true;
  return blocksOf(message['content']).some((block) => block['type'] === 'tool_use');
}

/** Anthropic: `tool_result` blocks of a user message. OpenAI: a message of role `tool`. */
function resultsOf(message: Record<string, unknown>): ToolResult[] {
  if (message['role'] === 'tool') {
    return [{ id: String(message['tool_call_id']), text: textOf(message['content']) }];
  }
  return blocksOf(message['content'])
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({ id: String(block['tool_use_id']), text: textOf(block['content']) }));
}

/** The text of a string or of the text blocks (parts) of a list. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return blocksOf(content)
    .map((block) => (block['type'] === 'text' && typeof block['text'] === 'string' ? block['text'] : ''))
    .filter((text) => text !== '')
    .join('\n');
}

function blocksOf(content: unknown): Record<string, unknown>[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

function toolNames(tools: unknown): string[] {
  return blocksOf(tools).flatMap((tool) => {
    const declaration = isRecord(tool['function']) ? tool['function'] : tool;
    return typeof declaration['name'] === 'string' ? [declaration['name']] : [];
  });
}

function anthropicSchema(request: Record<string, unknown>): unknown {
  const config = request['output_config'];
  const format = (isRecord(config) ? config['format'] : undefined) ?? request['output_format'];
  return isRecord(format) ? format['schema'] : undefined;
}

function openAiSchema(request: Record<string, unknown>): unknown {
  const format = request['response_format'];
  if (!isRecord(format)) return undefined;
  if (isRecord(format['json_schema'])) return format['json_schema']['schema'];
  return format['type'] === 'json_object' ? {} : undefined;
}
