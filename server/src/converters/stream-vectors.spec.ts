import { expect, it } from '@jest/globals';
import { SseParser, type MessagesRequest, type MessageStreamEvent } from '@ccs/wire';
import { GatewayError } from '../errors/gateway-error.js';
import { answerContext } from '../../test/support/answer-context.js';
import { compareVector, type Vector } from '../../test/vectors/compare.mjs';
import { loadVectors } from '../../test/vectors/load-vectors.js';
import type { AnswerContext } from './anthropic-openai/answer-context.js';
import { convertResponseToEvents } from './anthropic-openai/convert-response.js';
import { OpenAiToAnthropicStream } from './anthropic-openai/openai-to-anthropic-stream.js';

interface StreamVector extends Vector {
  readonly request: MessagesRequest;
  readonly options: object;
  readonly chunks: readonly (string | { readonly b64: string })[];
  readonly end: 'eof' | 'reset';
  readonly content_type?: string;
}

const bytesOf = (chunk: StreamVector['chunks'][number]): Buffer =>
  typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.b64, 'base64');

/** The events of the whole stream, and those that were out after each chunk. */
function stream(vector: StreamVector, context: AnswerContext): unknown {
  const parser = new SseParser();
  const converter = new OpenAiToAnthropicStream(context);
  const events: MessageStreamEvent[] = [];
  const snapshots: MessageStreamEvent[][] = [];
  for (const chunk of vector.chunks) {
    for (const event of parser.push(bytesOf(chunk))) events.push(...converter.push(event));
    snapshots.push([...events]);
  }
  for (const event of parser.end()) events.push(...converter.push(event));
  events.push(...converter.end(vector.end));
  return { events, snapshots };
}

function whole(vector: StreamVector, context: AnswerContext): unknown {
  const body: unknown = JSON.parse(Buffer.concat(vector.chunks.map(bytesOf)).toString());
  try {
    return { events: convertResponseToEvents(body, context).events };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { http_error: { status: error.status, body: error.toAnthropicBody() } };
  }
}

for (const vector of loadVectors('stream') as readonly StreamVector[]) {
  it(`stream ${vector.id} — ${vector.title}`, () => {
    const context = answerContext(vector.request, vector.options);
    const actual = vector.content_type?.includes('json') ? whole(vector, context) : stream(vector, context);
    expect(compareVector(vector, actual)).toBeNull();
  });
}
