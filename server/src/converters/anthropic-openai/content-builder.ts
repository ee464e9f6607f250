import type { ContentBlock } from '@ccs/wire';
import { setOwn, type JsonRecord } from '../json-record.js';
import type { AnswerContext } from './answer-context.js';
import { encodeCarriedState, type CarriedState } from './carried-state.js';
import { brokenAnswer } from './convert-error.js';
import { parseToolArguments } from './parse-tool-arguments.js';
import {
  readContent,
  readReasoning,
  readReasoningDetails,
  readToolCalls,
  type ToolCallPiece,
} from './read-choice.js';
import { ThinkTagSplitter } from './think-tags.js';
import { ToolUseIds } from './tool-use-ids.js';

/** Builds the content of a whole answer: thinking, text, tool_use (specification P2, P3). One per answer. */
export class ContentBuilder {
  readonly #context: AnswerContext;
  readonly #ids: ToolUseIds;
  readonly #blocks: ContentBlock[] = [];
  readonly #extraContent: Record<string, JsonRecord> = {};
  #reasoningDetails: readonly unknown[] = [];
  /** White space that makes no text block by itself. */
  #leadingSpace = '';
  #refused = false;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#ids = new ToolUseIds(context);
  }

  /** Whether some of the text was a refusal. */
  get refused(): boolean {
    return this.#refused;
  }

  /** @throws UpstreamError for a tool call without a name */
  add(message: JsonRecord): void {
    this.#addProse(message);
    for (const call of readToolCalls(message)) this.#addToolCall(call);
    this.#reasoningDetails = readReasoningDetails(message);
  }

  /** The blocks, with what the provider wants back in a signature, or in a block of its own (R5.6). */
  build(): ContentBlock[] {
    const state: CarriedState = {
      ...(this.#reasoningDetails.length > 0 ? { reasoningDetails: this.#reasoningDetails } : {}),
      ...(Object.keys(this.#extraContent).length > 0 ? { extraContent: this.#extraContent } : {}),
    };
    if (Object.keys(state).length === 0) return this.#blocks;
    const signature = encodeCarriedState(state);
    if (signature === encodeCarriedState({})) return this.#blocks;
    const carrier = this.#blocks.findLast((block) => block.type === 'thinking');
    if (carrier === undefined) return [{ type: 'redacted_thinking', data: signature }, ...this.#blocks];
    carrier.signature = signature;
    return this.#blocks;
  }

  #addProse(message: JsonRecord): void {
    const tags = new ThinkTagSplitter(this.#context.conversion.profile.think_tags, (kind, text) =>
      kind === 'text' ? this.#addText(text) : this.#addThinking(text),
    );
    const reasoning = readReasoning(message);
    if (reasoning !== '') {
      tags.disable();
      this.#addThinking(reasoning);
    }
    for (const piece of readContent(message)) {
      if (piece.kind === 'text') {
        tags.push(piece.text);
        continue;
      }
      if (piece.kind === 'thinking') {
        tags.disable();
        this.#addThinking(piece.text);
      } else {
        tags.flush();
        this.#refused ||= /\S/.test(piece.text);
        this.#addText(piece.text);
      }
    }
    tags.flush();
  }

  #addText(text: string): void {
    const last = this.#blocks.at(-1);
    if (last?.type === 'text') {
      last.text += text;
    } else if (/\S/.test(text)) {
      this.#blocks.push({ type: 'text', text: this.#leadingSpace + text });
      this.#leadingSpace = '';
    } else {
      this.#leadingSpace += text;
    }
  }

  #addThinking(text: string): void {
    if (this.#context.conversion.thinkingHidden) return;
    this.#leadingSpace = '';
    const last = this.#blocks.at(-1);
    if (last?.type === 'thinking') last.thinking += text;
    else this.#blocks.push({ type: 'thinking', thinking: text, signature: encodeCarriedState({}) });
  }

  #addToolCall(call: ToolCallPiece): void {
    if (call.name === null) {
      if (call.index === 'function_call') return;
      throw brokenAnswer(this.#context.providerName, 'sent a tool call without a name');
    }
    const name = this.#context.conversion.toolNames.get(call.name) ?? call.name;
    const [input, ...furtherInputs] = parseToolArguments(call.arguments);
    const id = this.#ids.issue(call.id);
    this.#blocks.push({ type: 'tool_use', id, name, input });
    if (call.extraContent !== null) setOwn(this.#extraContent, id, call.extraContent);
    for (const further of furtherInputs) {
      this.#blocks.push({ type: 'tool_use', id: this.#ids.issue(null), name, input: further });
    }
  }
}
