import type { ChatContentPart, ChatToolCall } from '@ccs/wire';
import { isRecord, setOwn, type JsonRecord } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';
import { decodeCarriedState, isGatewaySignature } from './carried-state.js';
import { nonEmptyText, textPart, type TextPart } from './content-parts.js';
import type { ConversionContext, Path } from './conversion-context.js';
import { convertBlock } from './convert-block.js';

/** One call of the turn; results name it by `clientId`. */
export interface TurnCall {
  readonly clientId: string;
  readonly call: ChatToolCall;
}

/** Everything the assistant said between two user turns, read block by block (specification R2.3, R3.5–R3.7). */
export class AssistantTurn {
  readonly side = 'assistant';
  /** Texts that belong together, in order. */
  readonly texts: TextPart[] = [];
  readonly calls: TurnCall[] = [];
  readonly thinking: string[] = [];
  readonly reasoningDetails: unknown[] = [];
  /** Where the turn's last message is. */
  path: Path = [];
  readonly #extraContent: Record<string, unknown> = {};

  get isEmpty(): boolean {
    return this.texts.length === 0 && this.calls.length === 0;
  }

  read(message: JsonRecord, path: Path, context: ConversionContext): void {
    this.path = path;
    const content = message['content'];
    if (typeof content === 'string') {
      if (content !== '') this.texts.push(textPart(content));
      return;
    }
    if (!Array.isArray(content)) return;
    // A cited answer arrives in pieces that belong together; another block or message parts them.
    let run: TextPart | null = null;
    for (let i = 0; i < content.length; i++) {
      const block: unknown = content[i];
      if (isRecord(block) && block['type'] === 'text') {
        run = this.#readText(block, run, [...path, 'content', i], context);
      } else {
        run = null;
        this.#readOther(block, [...path, 'content', i], context);
      }
    }
  }

  /** The calls as they go upstream; opaque state may have come before or after the call it belongs to. */
  toolCalls(): ChatToolCall[] {
    return this.calls.map(({ clientId, call }) =>
      Object.hasOwn(this.#extraContent, clientId)
        ? { ...call, extra_content: this.#extraContent[clientId] }
        : call,
    );
  }

  #readText(
    block: JsonRecord,
    run: TextPart | null,
    path: Path,
    context: ConversionContext,
  ): TextPart | null {
    const text = nonEmptyText(block['text']);
    if (text === null) return run;
    const cacheControl = context.cacheControlOf(block, path);
    if (run === null) {
      const part = textPart(text, cacheControl);
      this.texts.push(part);
      return part;
    }
    run.text += text;
    if (cacheControl !== undefined) run.cache_control = cacheControl;
    return run;
  }

  #readOther(block: unknown, path: Path, context: ConversionContext): void {
    switch (isRecord(block) ? block['type'] : undefined) {
      case 'tool_use':
        this.#readCall(block as JsonRecord, path, context); // `isRecord` above
        return;
      case 'thinking':
      case 'redacted_thinking':
        this.#readThinking(block as JsonRecord, path, context); // `isRecord` above
        return;
      default:
        this.#readRendered(block, path, context);
    }
  }

  #readCall(block: JsonRecord, path: Path, context: ConversionContext): void {
    const clientId = nonEmptyText(block['id']);
    const name = nonEmptyText(block['name']);
    if (clientId === null) context.refuse([...path, 'id'], 'is required; give a non-empty string');
    if (name === null) context.refuse([...path, 'name'], 'is required; give a non-empty string');
    context.usedToolIds.add(clientId);
    context.cacheControlOf(block, path);
    this.calls.push({
      clientId,
      call: {
        id: context.upstreamToolId(clientId),
        type: 'function',
        function: { name: context.upstreamToolName(name), arguments: stringifyJson(block['input'] ?? {}) },
      },
    });
  }

  /** Thinking is never content. Its text may be replayed (R5.5), and its signature may carry state (R5.6). */
  #readThinking(block: JsonRecord, path: Path, context: ConversionContext): void {
    const isRedacted = block['type'] === 'redacted_thinking';
    const text = isRedacted ? null : nonEmptyText(block['thinking']);
    if (text !== null) {
      this.thinking.push(text);
      if (context.profile.replay_reasoning === 'none') context.lose('thinking_history_dropped', path);
    }
    const carrier = nonEmptyText(isRedacted ? block['data'] : block['signature']);
    if (carrier === null || !isGatewaySignature(carrier)) {
      if (isRedacted) context.lose('redacted_thinking_dropped', path);
      return;
    }
    const state = decodeCarriedState(carrier);
    if (state?.reasoningDetails !== undefined) {
      for (const detail of state.reasoningDetails) this.reasoningDetails.push(detail);
    }
    if (state?.extraContent !== undefined) {
      for (const [id, extra] of Object.entries(state.extraContent)) setOwn(this.#extraContent, id, extra);
    }
  }

  /** What is not text of its own accord but can be read as text: server tools' history, compactions, … */
  #readRendered(block: unknown, path: Path, context: ConversionContext): void {
    const parts: ChatContentPart[] = [];
    convertBlock(block, path, context, parts);
    for (const part of parts) {
      if (part.type === 'text') this.texts.push({ ...part });
      else {
        // OpenAI's assistant messages hold no images or files; Anthropic's do not either.
        context.lose(part.type === 'image_url' ? 'image_placeholder' : 'pdf_placeholder', path);
        this.texts.push(textPart(part.type === 'image_url' ? '[Image omitted.]' : '[Document omitted.]'));
      }
    }
  }
}
