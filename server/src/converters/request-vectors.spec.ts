import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { CountTokensRequest, MessagesRequest } from '@ccs/wire';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { compareVector, type Vector } from '../../test/vectors/compare.mjs';
import { GatewayError } from '../errors/gateway-error.js';
import { countTokens } from '../tokens/count-tokens.js';
import { rewriteAnswer, passesAsError } from './anthropic-anthropic/pass-through-answer.js';
import {
  passThroughRequestHeaders,
  passThroughResponseHeaders,
} from './anthropic-anthropic/pass-through-headers.js';
import { PassThroughStream } from './anthropic-anthropic/pass-through-stream.js';
import { rewriteRequest } from './anthropic-anthropic/rewrite-request.js';
import { convertRequest } from './anthropic-openai/convert-request.js';
import { DEFAULT_PROFILE, type Profile } from './anthropic-openai/profile.js';
import { validateMessagesRequest } from './anthropic-openai/validate-request.js';

const FILES = [
  'request-fields',
  'request-messages',
  'request-tools',
  'request-output',
  'request-reasoning',
  'passthrough',
  'count',
  'error',
] as const;

interface PassThroughUpstream {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly chunks?: readonly (string | { readonly b64: string })[];
  readonly body?: unknown;
  readonly text?: string;
}

const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex');
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function loadVectors(): Vector[] {
  return FILES.flatMap((name) => {
    const file = new URL(`../../test/vectors/${name}.json`, import.meta.url);
    return (JSON.parse(readFileSync(file, 'utf8')) as { vectors: Vector[] }).vectors;
  });
}

/** A key that is no profile key fails, so that no vector passes by ignoring its profile. */
function profileOf(vector: Vector): Profile {
  const options = (vector['options'] ?? {}) as Partial<Profile>;
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(DEFAULT_PROFILE, key));
  if (unknown.length > 0) throw new Error(`unknown profile keys: ${unknown.join(', ')}`);
  return { ...DEFAULT_PROFILE, ...options };
}

function targetOf(vector: Vector): { model: string; profile: Profile } {
  return {
    model: (vector['upstream_model'] as string | undefined) ?? 'up-model',
    profile: profileOf(vector),
  };
}

function runRequest(vector: Vector): unknown {
  try {
    const request = validateMessagesRequest(vector['request']);
    return { openai: convertRequest(request, targetOf(vector), sha256Hex).body };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { error: { status: error.status, body: error.toAnthropicBody(), headers: error.headers } };
  }
}

function runInvalidRequest(vector: Vector): unknown {
  const answer = runRequest(vector) as { error?: unknown };
  return answer.error;
}

function runPassThroughRequest(vector: Vector): unknown {
  const request = vector['request'] as MessagesRequest;
  const target = targetOf(vector);
  const { body } = rewriteRequest(encode(JSON.stringify(request)), request, target);
  const { headers } = passThroughRequestHeaders(
    vector['headers'] as Record<string, string>,
    target.profile.betas,
  );
  const sent: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) sent[headers[i] ?? ''] = headers[i + 1] ?? '';
  return {
    body: JSON.parse(decode(body)) as unknown,
    headers: { ...sent, ...(vector['upstream_auth'] as Record<string, string>) },
    query: vector['query'],
  };
}

function runPassThroughResponse(vector: Vector): unknown {
  const upstream = vector['upstream'] as PassThroughUpstream;
  const requestedModel = (vector['request'] as MessagesRequest).model;
  const headers = passThroughResponseHeaders(upstream.headers);
  if (upstream.chunks !== undefined) {
    const stream = new PassThroughStream(requestedModel);
    const pieces = upstream.chunks.map((chunk) =>
      decode(stream.push(typeof chunk === 'string' ? encode(chunk) : Buffer.from(chunk.b64, 'base64'))),
    );
    pieces.push(decode(stream.end(vector['end'] as 'eof' | 'reset')));
    return { status: upstream.status, headers, text: pieces.join('') };
  }
  const bytes = encode(upstream.text ?? JSON.stringify(upstream.body));
  const answer = rewriteAnswer(bytes, requestedModel)?.body ?? bytes;
  expect(upstream.status < 400 || passesAsError(upstream.status, bytes)).toBe(true);
  return { status: upstream.status, headers, body: JSON.parse(decode(answer)) as unknown };
}

const ADAPTERS: Partial<Record<Vector['kind'], (vector: Vector) => unknown>> = {
  request: runRequest,
  error: runInvalidRequest,
  passthrough_request: runPassThroughRequest,
  passthrough_response: runPassThroughResponse,
  count: (vector) => ({
    input_tokens: countTokens(vector['request'] as CountTokensRequest, (text) => countO200k(text)),
  }),
};

/** Error vectors with an upstream answer belong to the response side. */
const vectors = loadVectors().filter((vector) => vector.kind !== 'error' || vector['upstream'] === undefined);

describe('request, pass-through and count vectors', () => {
  it('are all there', () => {
    const kinds = vectors.reduce<Record<string, number>>(
      (counts, { kind }) => ({ ...counts, [kind]: (counts[kind] ?? 0) + 1 }),
      {},
    );
    expect(kinds).toEqual({
      request: 58,
      passthrough_request: 2,
      passthrough_response: 4,
      count: 3,
      error: 3,
    });
  });

  it.each(vectors.map((vector) => [`${vector.kind} ${vector.id} — ${vector.title}`, vector] as const))(
    '%s',
    (_, vector) => {
      const adapter = ADAPTERS[vector.kind];
      if (adapter === undefined) throw new Error(`no adapter for ${vector.kind}`);
      expect({ reason: compareVector(vector, adapter(vector)), rules: vector.spec }).toEqual({
        reason: null,
        rules: vector.spec,
      });
    },
  );
});
