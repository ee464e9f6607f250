import { describe, expect, it } from '@jest/globals';
import { convertUsage, isUsage, usageOf } from './convert-usage.js';

const estimate = {
  input_tokens: 900,
  output_tokens: 90,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};
const counts = { prompt_tokens: 100, completion_tokens: 20 };

describe('convertUsage', () => {
  it.each<[string, object, [input: number, output: number, read: number, write: number]]>([
    ['plain counts', counts, [100, 20, 0, 0]],
    [
      'cached_tokens in the details',
      { ...counts, prompt_tokens_details: { cached_tokens: 60 } },
      [40, 20, 60, 0],
    ],
    ['prompt_cache_hit_tokens', { ...counts, prompt_cache_hit_tokens: 70 }, [30, 20, 70, 0]],
    ['cached_tokens beside the counts', { ...counts, cached_tokens: 80 }, [20, 20, 80, 0]],
    [
      'the details before the others',
      { ...counts, prompt_tokens_details: { cached_tokens: 60 }, prompt_cache_hit_tokens: 70 },
      [40, 20, 60, 0],
    ],
    [
      'null in the details',
      { ...counts, prompt_tokens_details: { cached_tokens: null }, prompt_cache_hit_tokens: 70 },
      [30, 20, 70, 0],
    ],
    [
      'cache_creation_input_tokens',
      { ...counts, prompt_tokens_details: { cached_tokens: 10, cache_creation_input_tokens: 50 } },
      [40, 20, 10, 50],
    ],
    ['cache_write_tokens', { ...counts, prompt_tokens_details: { cache_write_tokens: 50 } }, [50, 20, 0, 50]],
    [
      'cache_creation_tokens',
      { ...counts, prompt_tokens_details: { cache_creation_tokens: 50 } },
      [50, 20, 0, 50],
    ],
    ['more cached than there is', { ...counts, cached_tokens: 150 }, [0, 20, 150, 0]],
    [
      'reasoning within the completion',
      { ...counts, total_tokens: 120, completion_tokens_details: { reasoning_tokens: 15 } },
      [100, 20, 0, 0],
    ],
    [
      'reasoning beside the completion (xAI)',
      { ...counts, total_tokens: 135, completion_tokens_details: { reasoning_tokens: 15 } },
      [100, 35, 0, 0],
    ],
    ['numbers that are none', { prompt_tokens: '12', completion_tokens: -3.4 }, [900, 0, 0, 0]],
    ['fractions', { prompt_tokens: 99.6, completion_tokens: 20.2 }, [100, 20, 0, 0]],
    ['only the prompt', { prompt_tokens: 100 }, [100, 90, 0, 0]],
  ])('reads %s', (_, usage, [input, output, read, write]) => {
    expect(convertUsage({ ...usage }, estimate)).toMatchObject({
      input_tokens: input,
      output_tokens: output,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: write,
    });
  });

  it('tells how much of the output was thinking', () => {
    const usage = { ...counts, completion_tokens_details: { reasoning_tokens: 15 } };
    expect(convertUsage(usage, estimate).output_tokens_details).toEqual({ thinking_tokens: 15 });
    expect(convertUsage(counts, estimate)).not.toHaveProperty('output_tokens_details');
  });
});

describe('usageOf', () => {
  it('is that of the body, else of the choice, and only where it says something', () => {
    expect(usageOf({ usage: counts }, { usage: { prompt_tokens: 1 } })).toBe(counts);
    expect(usageOf({ usage: null }, { usage: counts })).toBe(counts);
    expect(usageOf({}, null)).toBeNull();
    expect(isUsage({})).toBe(false);
    expect(isUsage([])).toBe(false);
  });
});
