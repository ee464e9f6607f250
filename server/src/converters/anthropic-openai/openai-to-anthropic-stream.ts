import type { MessageStreamEvent, SseEvent, StopReason, Usage } from '@ccs/wire';
import type { UpstreamError } from '../../errors/upstream-error.js';
import { isUnexplainedStop } from '../empty-answer.js';
import type { JsonRecord } from '../json-record.js';
import type { StreamConverter, StreamUsage } from '../stream-converter.js';
import type { AnswerContext } from './answer-context.js';
import { AnswerState } from './answer-state.js';
import { AnswerToolNaming } from './answer-tool-naming.js';
import { BlockQueue } from './block-queue.js';
import { BlockWriter } from './block-writer.js';
import { brokenAnswer, convertErrorInBody } from './convert-error.js';
import { convertUsage, usageOf } from './convert-usage.js';
import { OutputEstimate } from './estimate-tokens.js';
import { isErrorBody } from './find-error.js';
import { finishError } from './finish-error.js';
import { KnownFrames } from './known-frames.js';
import {
  isStopReason,
  mapFinishReason,
  mapStopReason,
  namedStopSequence,
  strongerStopReason,
} from './map-stop-reason.js';
import { parseChunks, STREAM_END } from './parse-chunks.js';
import {
  chunkChoiceOf,
  messageOf,
  readContent,
  readReasoning,
  readReasoningDetails,
  readToolCalls,
  type ContentPiece,
  type ToolCallPiece,
} from './read-choice.js';
import { ThinkTagSplitter } from './think-tags.js';
import { ToolCallAssembler } from './tool-call-assembler.js';

/** How many characters may wait, behind incomplete tool calls or within them. */
const MAX_HELD_LENGTH = 32 * 1024 * 1024;

const ENDINGS = {
  eof: 'ended its stream before the answer was complete',
  reset: 'broke the connection before the answer was complete',
  too_large: 'sent an event that is too large',
} as const;

/**
 * A streamed Chat Completion as Anthropic events (specification S1–S6). Nothing comes out before the first
 * chunk that holds something: an `error` as the very first event can still become an HTTP error.
 */
export class OpenAiToAnthropicStream implements StreamConverter {
  readonly #context: AnswerContext;
  readonly #writer: BlockWriter;
  readonly #queue: BlockQueue;
  readonly #assembler: ToolCallAssembler;
  readonly #tags: ThinkTagSplitter;
  readonly #state = new AnswerState();
  readonly #output = new OutputEstimate();
  readonly #frames = new KnownFrames();
  #begun = false;
  #finished = false;
  #empty = false;
  #failure: UpstreamError | null = null;
  #finish: StopReason | null = null;
  #sawFinish = false;
  #stopSequence: string | null = null;
  #refused = false;
  #usage: JsonRecord | null = null;
  /** Of prose and arguments; what has not been written waits in memory. */
  #receivedLength = 0;

  constructor(context: AnswerContext) {
    this.#context = context;
    this.#writer = new BlockWriter(() => this.#state.takeSignature());
    this.#queue = new BlockQueue(this.#writer, new AnswerToolNaming(context));
    this.#assembler = new ToolCallAssembler((call) => {
      this.#queue.toolCall(call);
      this.#state.addCall(call);
    });
    this.#tags = new ThinkTagSplitter(context.conversion.profile.think_tags, (kind, text) =>
      this.#prose(kind, text),
    );
  }

  get started(): boolean {
    return this.#begun;
  }

  get finished(): boolean {
    return this.#finished;
  }

  get isEmpty(): boolean {
    return this.#empty;
  }

  get failure(): UpstreamError | null {
    return this.#failure;
  }

  get usage(): StreamUsage {
    const estimate: Usage = {
      input_tokens: this.#context.inputTokensEstimate,
      output_tokens: this.#output.tokens,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
    };
    if (this.#usage === null) return { ...estimate, estimated: true };
    return { ...convertUsage(this.#usage, estimate), estimated: false };
  }

  push(event: SseEvent): MessageStreamEvent[] {
    if (this.#finished) return [];
    const frame = this.#frames.read(event);
    if (frame === null) this.#readEvent(event);
    else if (frame.kind === 'arguments') this.#readToolCalls([frame.call]);
    else this.#readPiece(frame);
    if (this.#receivedLength - this.#writer.writtenLength > MAX_HELD_LENGTH) {
      this.#fail(brokenAnswer(this.#context.providerName, 'sent a tool call without an end'));
    }
    return this.#writer.take();
  }

  /** @param reason `too_large`: an event was, and nothing after it can be read */
  end(reason: 'eof' | 'reset' | 'too_large'): MessageStreamEvent[] {
    if (this.#finished) return [];
    if (this.#sawFinish) this.#complete();
    else this.#fail(brokenAnswer(this.#context.providerName, ENDINGS[reason]));
    return this.#writer.take();
  }

  #readEvent(event: SseEvent): void {
    for (const chunk of parseChunks(event)) {
      if (this.#finished) break;
      if (chunk === STREAM_END) {
        this.#complete();
      } else {
        this.#readChunk(chunk, event);
        if (typeof chunk !== 'string') this.#frames.learn(event.data, chunk);
      }
    }
  }

  /** @param chunk parsed JSON; a string only where it is an error */
  #readChunk(chunk: JsonRecord | string, event: SseEvent): void {
    if (typeof chunk === 'string') {
      this.#fail(convertErrorInBody(chunk, this.#context.providerName));
      return;
    }
    const choice = chunkChoiceOf(chunk);
    const usage = usageOf(chunk, choice);
    if (usage !== null) this.#usage = usage;
    if (choice !== null) this.#readDelta(messageOf(choice, 'delta'), event.data.length);
    // What the chunk brings is delivered before the error beside it.
    if (event.event === 'error' || isErrorBody(chunk)) {
      this.#fail(convertErrorInBody(chunk, this.#context.providerName));
    } else if (choice !== null) {
      this.#readFinish(choice);
    }
  }

  #readDelta(delta: JsonRecord, length: number): void {
    const details = readReasoningDetails(delta);
    if (details.length > 0) this.#state.addReasoningDetails(details, length);
    this.#readPiece({ kind: 'thinking', text: readReasoning(delta) });
    for (const piece of readContent(delta)) this.#readPiece(piece);
    const calls = readToolCalls(delta);
    if (calls.length > 0) this.#readToolCalls(calls);
  }

  #readPiece({ kind, text }: ContentPiece): void {
    if (text === '') return;
    switch (kind) {
      case 'text':
        this.#tags.push(text);
        break;
      case 'thinking':
        this.#tags.disable();
        this.#prose('thinking', text);
        break;
      case 'refusal':
        this.#tags.flush();
        this.#refused ||= /\S/.test(text);
        this.#prose('text', text);
        break;
      default:
        kind satisfies never;
    }
  }

  #readToolCalls(calls: readonly ToolCallPiece[]): void {
    this.#tags.flush();
    for (const piece of calls) {
      this.#output.add(piece.name ?? '');
      if (typeof piece.arguments === 'string') {
        this.#output.add(piece.arguments);
        this.#receivedLength += piece.arguments.length;
      }
      this.#assembler.push(piece);
    }
    if (this.#assembler.callCount === 0) return;
    this.#begin();
    this.#queue.pump();
  }

  #readFinish(choice: JsonRecord): void {
    const meaning = mapFinishReason(choice['finish_reason']);
    this.#stopSequence ??= namedStopSequence(choice, this.#context.conversion.stopSequences);
    const error = finishError(choice, meaning, this.#context.providerName);
    if (error !== null) {
      this.#fail(error);
    } else if (meaning !== null && isStopReason(meaning)) {
      this.#sawFinish = true;
      this.#finish = strongerStopReason(this.#finish, meaning);
      this.#assembler.completeBareCalls();
      this.#queue.pump();
    }
  }

  #prose(kind: 'text' | 'thinking', text: string): void {
    this.#output.add(text);
    // White space is not yet a text: it may stand before one, or between a call and its arguments.
    const counts = kind === 'thinking' || /\S/.test(text);
    if (counts) this.#begin();
    if (kind === 'thinking' && this.#context.conversion.thinkingHidden) return;
    this.#receivedLength += text.length;
    if (counts) {
      this.#assembler.completeBareCalls();
      this.#queue.pump();
    }
    this.#queue.prose(kind, text);
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const { estimated, ...usage } = this.usage;
    this.#writer.startMessage({
      id: this.#context.ids.messageId(),
      type: 'message',
      role: 'assistant',
      model: this.#context.conversion.requestedModel,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { ...usage, output_tokens: estimated ? 0 : usage.output_tokens },
    });
  }

  #complete(): void {
    this.#tags.flush();
    this.#assembler.completeBareCalls();
    const isEmpty = !this.#begun;
    this.#begin();
    if (this.#queue.drain(true)) {
      this.#end(brokenAnswer(this.#context.providerName, 'sent a tool call without a name'));
      return;
    }
    this.#writer.endBlock();
    const rest = this.#state.takeRest();
    if (rest !== null) this.#writer.redactedThinking(rest);
    const { estimated: _, ...usage } = this.usage;
    const stop = mapStopReason({
      finish: this.#finish,
      hasToolCalls: this.#assembler.callCount > 0,
      hasRefusalText: this.#refused,
      stopSequence: this.#stopSequence,
    });
    this.#writer.endMessage(stop, usage);
    this.#empty = isEmpty && isUnexplainedStop(stop.stop_reason);
    this.#finished = true;
  }

  /** What came before is delivered, then the error (S6). */
  #fail(error: UpstreamError): void {
    if (this.#finished) return;
    this.#tags.flush();
    this.#queue.drain(false);
    this.#end(error);
  }

  #end(error: UpstreamError): void {
    this.#writer.error(error.toAnthropicBody());
    this.#failure = error;
    this.#finished = true;
  }
}
