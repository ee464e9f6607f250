import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessagesRequest } from '@ccs/wire';
import {
  startSimulator,
  type Answer,
  type Script,
  type Simulator,
} from '../../../simulator/src/simulator.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';
import { SseReader, type StreamedEvent } from '../support/sse-reader.js';
import { compareVector, type Vector } from '../vectors/compare.mjs';

/**
 * The vectors once more, through the running gateway: simulator -> gateway -> plain HTTP client, one socket
 * write per chunk. At a checkpoint the simulator waits until the client has seen what was promised.
 */
const DIRECTORY = join(import.meta.dirname, '../vectors');
const vectors = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.json'))
  .flatMap(
    (file) => (JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as { vectors: Vector[] }).vectors,
  );

/** What a vector may hold; which of it is there depends on its kind. */
interface Case {
  readonly options: Record<string, unknown>;
  readonly request: MessagesRequest;
  readonly upstream_model?: string;
  readonly upstream_auth?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly query?: string;
  readonly openai?: unknown;
  readonly chunks?: Extract<Answer, { kind: 'raw' }>['chunks'];
  readonly end?: 'eof' | 'reset';
  readonly content_type?: string;
  readonly next?: unknown[];
  readonly upstream?: {
    status?: number;
    headers?: Record<string, string>;
    body?: unknown;
    text?: string;
    chunks?: Case['chunks'];
    network?: 'refused' | 'timeout';
  };
  readonly expect: { checkpoints?: Checkpoint[]; error?: unknown };
}

interface Checkpoint {
  after_chunk: number;
  text?: string;
  thinking?: string;
  partial_json?: string;
  started?: string;
}

const caseOf = (vector: Vector): Case => vector as unknown as Case; // the files are typed by this file alone

describe('vectors over the wire', () => {
  let simulator: Simulator;
  let gateway: Gateway;

  beforeAll(async () => {
    simulator = await startSimulator({ port: 0 });
    gateway = await startGateway({ config: { providers: vectors.map(providerFor) } });
  }, 60_000);

  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  /** One provider per vector: its name is the vector's id, its profile the vector's options. */
  function providerFor(vector: Vector): Record<string, unknown> {
    const { options, upstream_model: model = 'up-model', upstream_auth: auth, upstream } = caseOf(vector);
    const anthropic = vector.kind.startsWith('passthrough');
    const base = upstream?.network === 'refused' ? 'http://127.0.0.1:9' : `${simulator.url}/p/${vector.id}`;
    const bearer = auth?.['authorization']?.replace('Bearer ', '');
    return {
      name: vector.id,
      api_format: anthropic ? 'anthropic' : 'openai',
      base_url: anthropic ? base : `${base}/v1`,
      api_key: bearer ?? auth?.['x-api-key'] ?? 'up',
      ...(bearer === undefined ? {} : { auth: 'bearer' }),
      max_retries: 0,
      profile: options,
      models: { big: [model], middle: [model], small: [model] },
      ...(upstream?.network === 'timeout' ? { timeout: 1, plain_timeout: 1 } : {}),
    };
  }

  const script = (vector: Vector, answer: Answer, delivery?: Script['delivery']): void => {
    simulator.addScript({
      match: { provider: vector.id },
      answer,
      ...(delivery === undefined ? {} : { delivery }),
    });
  };

  const call = (
    vector: Vector,
    body: unknown,
    headers: Record<string, string> = {},
    query = '',
  ): Promise<Response> =>
    fetch(`${gateway.url}/v1/messages${query === '' ? '' : `?${query}`}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...headers,
        'x-api-key': gateway.apiKey,
        'x-provider-name': vector.id,
      },
      body: JSON.stringify(body),
    });

  const upstreamRequests = (vector: Vector) =>
    simulator.ledger().filter((entry) => entry.provider === vector.id);

  async function failure(response: Response): Promise<Record<string, unknown>> {
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: await response.json(),
    };
  }

  const run: Record<Vector['kind'], (vector: Vector) => Promise<unknown>> = {
    async request(vector) {
      const response = await call(vector, caseOf(vector).request);
      if (response.status !== 200) {
        expect(upstreamRequests(vector)).toHaveLength(0);
        return { error: await failure(response) };
      }
      await response.text();
      return { openai: upstreamRequests(vector)[0]?.body };
    },

    async response(vector) {
      script(vector, { kind: 'status', status: 200, body: caseOf(vector).openai });
      const response = await call(vector, caseOf(vector).request);
      return response.status === 200
        ? { message: await response.json() }
        : { error: await failure(response) };
    },

    async stream(vector) {
      const { request, chunks = [], end = 'eof', content_type: type, expect: wanted } = caseOf(vector);
      const checkpoints = wanted.checkpoints ?? [];
      const gates = checkpoints.map(({ after_chunk }) => ({
        afterFrame: after_chunk + 1,
        name: `${vector.id}-${after_chunk}`,
      }));
      script(
        vector,
        { kind: 'raw', chunks, end, headers: { 'content-type': type ?? 'text/event-stream' } },
        gates.length === 0 ? undefined : { gates },
      );
      const response = await call(vector, { ...request, stream: true });
      if (response.status !== 200)
        return { http_error: { status: response.status, body: await response.json() } };
      const reader = new SseReader(response);
      const snapshots: StreamedEvent[][] = [];
      for (const [index, checkpoint] of checkpoints.entries()) {
        await reader.readUntil((events) => reached(checkpoint, events), 5_000);
        snapshots[checkpoint.after_chunk] = [...reader.events];
        simulator.openGate(gates[index]?.name ?? '');
      }
      await reader.readToEnd();
      expect(reader.namelessEvents).toBe(0);
      return { events: reader.events, snapshots };
    },

    async error(vector) {
      const { upstream, request } = caseOf(vector);
      if (upstream?.network === 'timeout') {
        simulator.addScript({
          match: { provider: vector.id },
          answer: 'late',
          delivery: { fault: { kind: 'hang', at: 'before_headers' } },
        });
      } else if (upstream?.status !== undefined) {
        script(vector, {
          kind: 'status',
          status: upstream.status,
          headers: upstream.headers ?? {},
          ...(upstream.body === undefined ? { text: upstream.text ?? '' } : { body: upstream.body }),
        });
      }
      const response = await call(vector, request);
      if (upstream === undefined) expect(upstreamRequests(vector)).toHaveLength(0);
      return failure(response);
    },

    async roundtrip(vector) {
      const { request, openai, next = [] } = caseOf(vector);
      await (await call(vector, request)).text();
      const tools =
        (upstreamRequests(vector)[0]?.body as { tools?: { function: { name: string } }[] }).tools ?? [];
      const answer = replaceKeyed(
        openai,
        '$upstreamToolName',
        (name) => tools[request.tools?.findIndex((tool) => tool.name === name) ?? -1]?.function.name,
      );
      script(vector, { kind: 'status', status: 200, body: answer });
      const message = (await (await call(vector, request)).json()) as {
        content: { type: string; id?: string }[];
      };
      const calls = message.content.filter((block) => block.type === 'tool_use');
      const followUp = replaceResults(next, calls);
      await (
        await call(vector, {
          ...request,
          messages: [...request.messages, { role: 'assistant', content: message.content }, ...followUp],
        })
      ).text();
      return { message, openai: upstreamRequests(vector).at(-1)?.body };
    },

    async passthrough_request(vector) {
      const { request, headers = {}, query = '' } = caseOf(vector);
      const travelling = Object.fromEntries(
        Object.entries(headers).filter(
          ([name]) => !['x-api-key', 'authorization', 'host', 'content-length'].includes(name),
        ),
      );
      await (await call(vector, request, travelling, query)).text();
      const sent = upstreamRequests(vector)[0];
      expect(sent?.headers).not.toHaveProperty('cookie');
      return { body: sent?.body, headers: sent?.headers, query: sent?.query };
    },

    async passthrough_response(vector) {
      const { request, upstream, end = 'eof' } = caseOf(vector);
      if (upstream?.chunks === undefined) {
        script(vector, {
          kind: 'status',
          status: upstream?.status ?? 200,
          headers: upstream?.headers ?? {},
          body: upstream?.body,
        });
      } else {
        script(vector, { kind: 'raw', chunks: upstream.chunks, end, headers: upstream.headers ?? {} });
      }
      const response = await call(vector, request);
      const headers = Object.fromEntries(response.headers);
      const text = await response.text();
      return upstream?.chunks === undefined
        ? { status: response.status, headers, body: JSON.parse(text) as unknown }
        : { status: response.status, headers, text };
    },

    async count(vector) {
      const response = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': gateway.apiKey },
        body: JSON.stringify(caseOf(vector).request),
      });
      return response.json();
    },
  };

  it.each(vectors.map((vector) => [vector.kind, vector.id, vector.title, vector] as const))(
    '%s %s — %s',
    async (kind, _id, _title, vector) => {
      expect({ spec: vector.spec, reason: compareVector(vector, await run[kind](vector)) }).toEqual({
        spec: vector.spec,
        reason: null,
      });
    },
    20_000,
  );
});

function reached(checkpoint: Checkpoint, events: readonly StreamedEvent[]): boolean {
  const collect = (type: string, key: string): string =>
    events.map(({ delta }) => (delta?.['type'] === type ? String(delta[key]) : '')).join('');
  const { text, thinking, partial_json: json, started } = checkpoint;
  return (
    (text === undefined || collect('text_delta', 'text').startsWith(text)) &&
    (thinking === undefined || collect('thinking_delta', 'thinking').startsWith(thinking)) &&
    (json === undefined || collect('input_json_delta', 'partial_json').startsWith(json)) &&
    (started === undefined || events.some(({ content_block: block }) => block?.['type'] === started))
  );
}

/** Replaces every `{[key]: x}` by `value(x)`. */
function replaceKeyed(node: unknown, key: string, value: (argument: unknown) => unknown): unknown {
  if (Array.isArray(node)) return node.map((each) => replaceKeyed(each, key, value));
  if (typeof node !== 'object' || node === null) return node;
  if (key in node) return value((node as Record<string, unknown>)[key]);
  return Object.fromEntries(
    Object.entries(node).map(([name, each]) => [name, replaceKeyed(each, key, value)]),
  );
}

/** `{"$resultFor": i, content}` is a tool_result for the i-th tool_use block of the answer. */
function replaceResults(next: readonly unknown[], calls: readonly { id?: string }[]): unknown[] {
  const replace = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(replace);
    if (typeof node !== 'object' || node === null) return node;
    if ('$resultFor' in node) {
      const { $resultFor: index, ...rest } = node as Record<string, unknown>;
      return { type: 'tool_result', tool_use_id: calls[Number(index)]?.id, ...rest };
    }
    return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, replace(each)]));
  };
  return next.map(replace);
}
