import { expect, it } from '@jest/globals';
import type { MessagesRequest } from '@ccs/wire';
import { GatewayError } from '../errors/gateway-error.js';
import { answerContext } from '../../test/support/answer-context.js';
import { compareVector, type Vector } from '../../test/vectors/compare.mjs';
import { loadVectors } from '../../test/vectors/load-vectors.js';
import { convertResponse } from './anthropic-openai/convert-response.js';

interface ResponseVector extends Vector {
  readonly request: MessagesRequest;
  readonly options: object;
  readonly openai: unknown;
}

function answer(vector: ResponseVector): unknown {
  try {
    return { message: convertResponse(vector.openai, answerContext(vector.request, vector.options)).message };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { error: { status: error.status, headers: error.headers, body: error.toAnthropicBody() } };
  }
}

for (const vector of loadVectors('response') as readonly ResponseVector[]) {
  it(`response ${vector.id} — ${vector.title}`, () => {
    expect(compareVector(vector, answer(vector))).toBeNull();
  });
}
