import { describe, expect, it } from '@jest/globals';
import type { MessagesRequest } from '@ccs/wire';
import type { TokenCounts } from '../usage/call-record.js';
import { CallCost } from './call-cost.js';
import type { LimitedCall, SpentAttempt } from './limited-call.js';

/** One nano-USD for a token of any kind, ten for one of an answer; nothing is known of 'free'. */
const prices = {
  costNanoUsd: (_: string, model: string, tokens: TokenCounts) =>
    model === 'free'
      ? null
      : BigInt(tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWriteTokens) +
        10n * BigInt(tokens.outputTokens),
};
const costOf = () => new CallCost({ fromBytes: (_, bytes) => Math.round(bytes / 4) }, prices);
const target = (model: string) => ({ provider: { id: 1, name: 'p' }, model });

function call(request: Partial<MessagesRequest>, bytes: number): LimitedCall {
  return {
    id: 'req_1',
    // Nobody looks at it here.
    principal: {} as LimitedCall['principal'],
    request: {
      model: 'm',
      sizeBytes: bytes,
      parsed: { model: 'm', max_tokens: 100, messages: [], ...request },
    },
  };
}

const attempt = (more: Partial<SpentAttempt>): SpentAttempt => ({
  provider: 'p',
  providerId: 1,
  model: 'm',
  outcome: 'answered',
  usage: {
    input_tokens: 5,
    output_tokens: 7,
    cache_read_input_tokens: 100,
    cache_creation_input_tokens: 20,
  },
  ...more,
});

describe('what a call is expected to cost', () => {
  it('is its estimated input and expected output; at most all the output it allows, and half as much input again', () => {
    expect(costOf().expected(call({}, 400), [target('m')], 0)).toEqual({
      tokens: 200,
      reserve: 1_100n,
      atMost: 1_150n,
    });
    expect(costOf().expected(call({ max_tokens: 10_000 }, 400), [target('m')], 0)).toEqual({
      tokens: 4_196,
      reserve: 41_060n,
      atMost: 100_150n,
    });
  });

  it('counts an attachment as what a model sees of it, not by its base64', () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(4_000) },
    };
    // A tool result nests its blocks.
    const content = [{ type: 'tool_result', tool_use_id: 't', content: [image] }];
    const request = { messages: [{ role: 'user', content }] } as unknown as Partial<MessagesRequest>;
    expect(costOf().expected(call(request, 4_400), [target('m')], 0).tokens).toBe(100 + 1_600 + 100);
  });

  it('is not known without a price', () => {
    expect([costOf().hasPrice(target('m'), 0), costOf().hasPrice(target('free'), 0)]).toEqual([true, false]);
  });
});

describe('what a call did cost', () => {
  it('is the sum of its attempts; what was read from a cache is money and no tokens of a rate', () => {
    expect(costOf().actual([attempt({}), attempt({ outcome: 'failed', usage: null })], 0)).toEqual({
      tokens: 32,
      cost: 195n,
    });
  });

  it('takes no nonsense for a count', () => {
    const usage = {
      input_tokens: -5,
      output_tokens: NaN,
      cache_read_input_tokens: 1e308,
      cache_creation_input_tokens: 2,
    };
    expect(costOf().actual([attempt({ usage })], 0)).toEqual({ tokens: 2, cost: 2n });
  });

  it('is not known of a caller who left before anything was said of it', () => {
    expect(costOf().actual([attempt({ outcome: 'client_gone', usage: null })], 0).tokens).toBeNull();
  });

  it('teaches how long answers are', () => {
    const cost = costOf();
    for (let each = 0; each < 20; each += 1) cost.actual([attempt({})], 0);
    expect(cost.expected(call({ max_tokens: 10_000 }, 400), [target('m')], 0).tokens).toBe(100 + 14);
  });
});
