import type { CountTokensRequest } from '@ccs/wire';
import {
  convertServerToolBlock,
  isServerToolBlock,
} from '../converters/anthropic-openai/convert-server-tool-block.js';
import { isAbsent, isRecord, type JsonRecord } from '../converters/json-record.js';
import { stringifyJson } from '../converters/stringify-json.js';
import { imageTokens, pdfTokens } from './attachment-tokens.js';

/** What of a request costs tokens: texts to be encoded, and a number for everything that is no text. */
export interface TokenInput {
  readonly texts: readonly string[];
  readonly fixedTokens: number;
}

/** Role and turn markers of the usual chat templates. */
const TOKENS_PER_REQUEST = 3;
const TOKENS_PER_MESSAGE = 4;
const TOKENS_PER_TOOL = 8;
const TOKENS_PER_CALL = 8;

/**
 * Takes a request apart for counting (specification C1): system, tools with their schemas, messages, a number
 * per message; images and PDFs by size, never as base64. Thinking of earlier turns does not reach a model and
 * is left out.
 */
export function collectTokenInput(request: CountTokensRequest): TokenInput {
  return new TokenInputCollector().collect(request);
}

class TokenInputCollector {
  readonly #texts: string[] = [];
  #fixedTokens = TOKENS_PER_REQUEST;

  collect(request: CountTokensRequest): TokenInput {
    this.#addContent(request.system, false);
    const tools: readonly unknown[] = Array.isArray(request.tools) ? request.tools : [];
    for (const tool of tools) if (isRecord(tool)) this.#addTool(tool);
    const messages: readonly unknown[] = Array.isArray(request.messages) ? request.messages : [];
    const lastQuestion = messages.findLastIndex(asks);
    for (const [index, message] of messages.entries()) {
      if (!isRecord(message)) continue;
      this.#fixedTokens += TOKENS_PER_MESSAGE;
      this.#addContent(message['content'], index > lastQuestion);
    }
    return { texts: this.#texts, fixedTokens: this.#fixedTokens };
  }

  #addTool(tool: JsonRecord): void {
    this.#fixedTokens += TOKENS_PER_TOOL;
    this.#addText(tool['name']);
    this.#addText(tool['description']);
    if (!isAbsent(tool['input_schema'])) this.#texts.push(stringifyJson(tool['input_schema']));
  }

  /** Blocks hold blocks; the order does not matter here, so a list stands in for recursion. */
  #addContent(content: unknown, withThinking: boolean): void {
    const waiting: unknown[] = [content];
    while (waiting.length > 0) {
      const next = waiting.pop();
      if (Array.isArray(next)) for (const block of next as readonly unknown[]) waiting.push(block);
      else if (isRecord(next)) this.#addBlock(next, withThinking, waiting);
      else this.#addText(next);
    }
  }

  #addBlock(block: JsonRecord, withThinking: boolean, waiting: unknown[]): void {
    switch (block['type']) {
      case 'image':
        this.#fixedTokens += imageTokens(block);
        return;
      case 'document':
        this.#addDocument(block, waiting);
        return;
      case 'search_result':
        this.#addText(block['title']);
        this.#addText(block['source']);
        waiting.push(block['content']);
        return;
      case 'tool_use':
        this.#fixedTokens += TOKENS_PER_CALL;
        this.#addText(block['name']);
        this.#texts.push(stringifyJson(block['input'] ?? {}));
        return;
      case 'tool_result':
        this.#fixedTokens += TOKENS_PER_CALL;
        waiting.push(block['content']);
        return;
      case 'tool_reference':
        this.#addText(block['tool_name']);
        return;
      case 'thinking':
        if (withThinking) this.#addText(block['thinking']);
        return;
      case 'redacted_thinking':
        return;
      case 'compaction':
        waiting.push(block['content']);
        return;
      default:
        if (isServerToolBlock(block)) this.#addText(convertServerToolBlock(block));
        else this.#addText(block['text']);
    }
  }

  #addDocument(block: JsonRecord, waiting: unknown[]): void {
    this.#addText(block['title']);
    this.#addText(block['context']);
    const source = isRecord(block['source']) ? block['source'] : {};
    if (source['type'] === 'text') this.#addText(source['data']);
    else if (source['type'] === 'content') waiting.push(source['content']);
    else this.#fixedTokens += pdfTokens(source);
  }

  #addText(value: unknown): void {
    if (typeof value === 'string' && value !== '') this.#texts.push(value);
  }
}

/** A user message that holds anything but tool results begins a turn. */
function asks(message: unknown): boolean {
  if (!isRecord(message) || message['role'] !== 'user') return false;
  const { content } = message;
  if (!Array.isArray(content)) return true;
  return (content as readonly unknown[]).some((block) => !isRecord(block) || block['type'] !== 'tool_result');
}
