import type { CountTokensRequest, MessagesRequest } from '@ccs/wire';
import { InvalidRequestError } from '../../errors/caller-errors.js';
import { isAbsent, isRecord, type JsonRecord } from '../json-record.js';
import { validateBlock } from './validate-block.js';
import {
  checkBoolean,
  checkList,
  checkNumber,
  checkRecord,
  checkText,
  describe,
  requireText,
} from './validate-value.js';

/**
 * The body of `POST /v1/messages`, checked as far as anything here reads it (specification R8): required
 * fields, roles, and the types of what is converted. Unknown fields, block types and enumeration values pass.
 * The value returned is the one given.
 *
 * @throws InvalidRequestError whose message begins with the path and says what would be right
 */
export function validateMessagesRequest(body: unknown): MessagesRequest {
  const request = validateShared(body);
  if (request['max_tokens'] === undefined) {
    throw new InvalidRequestError('max_tokens', 'is required; give a positive integer');
  }
  checkMaxTokens(request['max_tokens']);
  return request as unknown as MessagesRequest; // Proven above, field by field, as far as the type promises.
}

/** The body of `POST /v1/messages/count_tokens`: the same, but `max_tokens` may be missing. */
export function validateCountTokensRequest(body: unknown): CountTokensRequest {
  const request = validateShared(body);
  if (!isAbsent(request['max_tokens'])) checkMaxTokens(request['max_tokens']);
  return request as unknown as CountTokensRequest; // Proven above.
}

function validateShared(body: unknown): JsonRecord {
  if (!isRecord(body)) {
    throw new InvalidRequestError('', `The request body must be a JSON object, not ${describe(body)}`);
  }
  requireText(body['model'], 'model', 'the name of a model');
  validateMessages(body['messages']);
  validateSystem(body['system']);
  validateOptions(body);
  validateTools(body['tools']);
  return body;
}

function checkMaxTokens(value: unknown): void {
  if (!Number.isInteger(value) || Number(value) < 1) {
    throw new InvalidRequestError('max_tokens', `must be a positive integer, not ${describe(value)}`);
  }
}

function validateMessages(messages: unknown): void {
  if (messages === undefined)
    throw new InvalidRequestError('messages', 'is required; give a list of messages');
  if (!Array.isArray(messages)) {
    throw new InvalidRequestError('messages', `must be a list of messages, not ${describe(messages)}`);
  }
  if (messages.length === 0) throw new InvalidRequestError('messages', 'must hold at least one message');
  for (let i = 0; i < messages.length; i++) validateMessage(messages[i], i);
}

function validateMessage(message: unknown, index: number): void {
  if (!isRecord(message)) {
    throw new InvalidRequestError(`messages.${index}`, `must be an object, not ${describe(message)}`);
  }
  const { role, content } = message;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    throw new InvalidRequestError(
      `messages.${index}.role`,
      `must be "user", "assistant" or "system", not ${describe(role)}`,
    );
  }
  if (typeof content !== 'string') {
    if (!Array.isArray(content)) {
      throw new InvalidRequestError(
        `messages.${index}.content`,
        `must be a string or a list of content blocks, not ${describe(content)}`,
      );
    }
    for (let i = 0; i < content.length; i++) validateBlock(content[i], 'messages', index, 'content', i);
  }
  if (message['output_config'] !== undefined) {
    validateOutputConfig(message['output_config'], `messages.${index}.output_config`);
  }
}

function validateSystem(system: unknown): void {
  if (isAbsent(system) || typeof system === 'string') return;
  if (!Array.isArray(system)) {
    throw new InvalidRequestError(
      'system',
      `must be a string or a list of text blocks, not ${describe(system)}`,
    );
  }
  for (let i = 0; i < system.length; i++) validateBlock(system[i], 'system', i);
}

function validateOptions(body: JsonRecord): void {
  checkBoolean(body['stream'], 'stream');
  checkNumber(body['temperature'], 'temperature');
  checkNumber(body['top_p'], 'top_p');
  checkNumber(body['top_k'], 'top_k');
  checkText(body['service_tier'], 'service_tier');
  const stops = checkList(body['stop_sequences'], 'stop_sequences', 'strings');
  stops?.forEach((stop, i) => requireText(stop, `stop_sequences.${i}`, 'a string to stop at', true));
  const metadata = checkRecord(body['metadata'], 'metadata');
  checkText(metadata?.['user_id'], 'metadata.user_id');
  const thinking = checkRecord(body['thinking'], 'thinking');
  if (thinking !== undefined)
    requireText(thinking['type'], 'thinking.type', '"enabled", "adaptive" or "disabled"');
  checkNumber(thinking?.['budget_tokens'], 'thinking.budget_tokens');
  const choice = checkRecord(body['tool_choice'], 'tool_choice');
  if (choice !== undefined)
    requireText(choice['type'], 'tool_choice.type', '"auto", "any", "tool" or "none"');
  if (choice?.['type'] === 'tool') requireText(choice['name'], 'tool_choice.name', 'the name of a tool');
  checkBoolean(choice?.['disable_parallel_tool_use'], 'tool_choice.disable_parallel_tool_use');
  validateOutputConfig(body['output_config'], 'output_config');
  validateFormat(body['output_format'], 'output_format');
  checkList(body['mcp_servers'], 'mcp_servers', 'servers');
}

function validateOutputConfig(value: unknown, path: string): void {
  const config = checkRecord(value, path);
  if (config === undefined) return;
  checkText(config['effort'], `${path}.effort`);
  validateFormat(config['format'], `${path}.format`);
}

function validateFormat(value: unknown, path: string): void {
  const format = checkRecord(value, path);
  if (format?.['type'] === 'json_schema' && !isRecord(format['schema'])) {
    throw new InvalidRequestError(
      `${path}.schema`,
      `must be a JSON schema object, not ${describe(format['schema'])}`,
    );
  }
}

function validateTools(value: unknown): void {
  const tools = checkList(value, 'tools', 'tools');
  if (tools === undefined) return;
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i];
    if (!isRecord(tool))
      throw new InvalidRequestError(`tools.${i}`, `must be an object, not ${describe(tool)}`);
    if (!isAbsent(tool['type']) && typeof tool['type'] !== 'string')
      checkText(tool['type'], `tools.${i}.type`);
    // A toolset that Anthropic resolves itself has no name of its own.
    const named = isAbsent(tool['type']) || tool['type'] === 'custom' || tool['name'] !== undefined;
    if (named) requireText(tool['name'], `tools.${i}.name`, 'the name of the tool');
    if (typeof tool['description'] !== 'string') checkText(tool['description'], `tools.${i}.description`);
    if (!isRecord(tool['input_schema'])) checkRecord(tool['input_schema'], `tools.${i}.input_schema`);
  }
}
