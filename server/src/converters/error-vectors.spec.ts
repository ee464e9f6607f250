import { expect, it } from '@jest/globals';
import { compareVector, type Vector } from '../../test/vectors/compare.mjs';
import { loadVectors } from '../../test/vectors/load-vectors.js';
import type { UpstreamSilence } from '../errors/upstream-error.js';
import { convertError } from './anthropic-openai/convert-error.js';

interface UpstreamVector extends Vector {
  readonly upstream?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly text?: string;
    readonly network?: UpstreamSilence;
  };
}

for (const vector of loadVectors('error') as readonly UpstreamVector[]) {
  const { upstream } = vector;
  // Without an upstream the request itself is invalid: those are the request side's.
  if (upstream === undefined) continue;
  it(`error ${vector.id} — ${vector.title}`, () => {
    const { body, text, ...rest } = upstream;
    const error = convertError({ providerName: 'acme', ...rest, body: text ?? JSON.stringify(body) ?? '' });
    expect(
      compareVector(vector, {
        status: error.status,
        headers: error.headers,
        body: error.toAnthropicBody('req_1'),
      }),
    ).toBeNull();
  });
}
