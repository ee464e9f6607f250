import type { IncomingHttpHeaders } from 'node:http';
import type { ModelCall } from '../calls/model-call.js';
import type {
  Answer,
  Dialect,
  LeafAnswer,
  MessageAnswer,
  RawAnswer,
  StatusAnswer,
} from '../scripts/script.js';
import { answerAsAssistant } from './assistant.js';
import { encodeAnthropicMessage } from './anthropic/message.js';
import { encodeMessageEvents } from './anthropic/message-events.js';
import { encodeChatCompletion } from './openai/chat-completion.js';
import { encodeChatCompletionChunks } from './openai/chat-completion-chunks.js';
import { errorBody } from './error-body.js';
import { jsonReply, type Frame, type Reply } from './reply.js';
import { resolveMessage, type ScriptedMessage } from './scripted-message.js';

export interface AnswerContext {
  readonly dialect: Dialect;
  /** Absent where the answer does not depend on the request's body. */
  readonly call: ModelCall | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly uniqueId: string;
  readonly nowMs: number;
}

const PREFIXES = {
  openai: { message: 'chatcmpl-', toolCall: 'call_' },
  anthropic: { message: 'msg_', toolCall: 'toolu_' },
} as const;

/** Picks the step of a tool loop; other answers stand for themselves. */
export function leafAnswer(answer: Answer | string, call: ModelCall | undefined): LeafAnswer {
  if (typeof answer === 'string') return { kind: 'message', content: [{ type: 'text', text: answer }] };
  if (answer.kind !== 'steps') return answer;
  const step = answer.steps[Math.min(call?.toolRounds ?? 0, answer.steps.length - 1)] ?? '';
  return leafAnswer(step, call);
}

/** Encodes an answer for one request. Message answers that depend on it need `context.call`. */
export function encodeAnswer(answer: LeafAnswer, context: AnswerContext): Reply {
  switch (answer.kind) {
    case 'message':
      return encodeMessage(answer, context);
    case 'assistant':
      return encodeMessage(assistantAnswer(context), context);
    case 'status':
      return encodeStatus(answer, context);
    case 'raw':
      return encodeRaw(answer, context.dialect);
    default:
      return answer satisfies never;
  }
}

function assistantAnswer({ call }: AnswerContext): MessageAnswer {
  return call === undefined ? { kind: 'message', content: [] } : answerAsAssistant(call);
}

function encodeMessage(answer: MessageAnswer, context: AnswerContext): Reply {
  const { dialect, call } = context;
  const message = resolveMessage(answer, { ...context, prefixes: PREFIXES[dialect] });
  const streamed = answer.respondAs === undefined ? call?.stream === true : answer.respondAs === 'stream';
  const headers = providerHeaders(context);
  if (!streamed) {
    const body = dialect === 'openai' ? encodeChatCompletion(message) : encodeAnthropicMessage(message);
    return { ...jsonReply(dialect, 200, headers, body), usage: message.usage };
  }
  const includeUsage = call?.includeUsage ?? true;
  return {
    dialect,
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers },
    frames: streamFrames(dialect, message, includeUsage),
    body: 'stream',
    end: 'eof',
    usage: includeUsage ? message.usage : null,
  };
}

function streamFrames(dialect: Dialect, message: ScriptedMessage, includeUsage: boolean): Frame[] {
  return dialect === 'openai'
    ? encodeChatCompletionChunks(message, includeUsage)
    : encodeMessageEvents(message);
}

/** What the real ones send besides the content: a request id, and figures a gateway must not pass on. */
function providerHeaders(context: AnswerContext): Record<string, string> {
  if (context.dialect === 'openai') {
    return { 'x-request-id': requestId(context), 'openai-organization': 'simulator' };
  }
  return {
    'request-id': requestId(context),
    'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
    'anthropic-ratelimit-requests-remaining': '49',
  };
}

function requestId({ uniqueId }: AnswerContext): string {
  return `req_${uniqueId}`;
}

/** An error the simulator itself has to give: an invalid call, an unknown path. */
export function encodeError(status: number, message: string, context: AnswerContext): Reply {
  return encodeStatus({ kind: 'status', status, message }, context);
}

function encodeStatus(answer: StatusAnswer, context: AnswerContext): Reply {
  const headers = { ...providerHeaders(context), ...answer.headers };
  if (answer.status === 204 || answer.status === 304) {
    return { ...jsonReply(context.dialect, answer.status, headers, null), frames: [] };
  }
  if (answer.text !== undefined) {
    const reply = jsonReply(
      context.dialect,
      answer.status,
      { 'content-type': 'text/html', ...headers },
      null,
    );
    return { ...reply, frames: [{ bytes: Buffer.from(answer.text), tokens: 0 }] };
  }
  const message = answer.echoKey === true ? keyMessage(context.headers) : answer.message;
  const body = answer.body ?? errorBody(context.dialect, answer.status, requestId(context), message);
  return jsonReply(context.dialect, answer.status, headers, body);
}

function keyMessage(headers: IncomingHttpHeaders): string {
  const bearer = headers.authorization?.replace(/^Bearer /i, '');
  const key = [headers['x-api-key'], headers['api-key'], bearer].find((value) => typeof value === 'string');
  return `Incorrect API key provided: ${String(key ?? '(none)')}. You can find your API key in your account.`;
}

function encodeRaw(answer: RawAnswer, dialect: Dialect): Reply {
  return {
    dialect,
    status: answer.status ?? 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', ...answer.headers },
    frames: answer.chunks.map((chunk) => ({
      bytes: typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.b64, 'base64'),
      tokens: 0,
    })),
    body: answer.head === 'none' ? 'bare' : 'stream',
    end: answer.end ?? 'eof',
    usage: null,
  };
}
