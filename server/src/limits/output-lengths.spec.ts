import { describe, expect, it } from '@jest/globals';
import { OutputLengths } from './output-lengths.js';

const learnt = (lengths: readonly number[]): OutputLengths => {
  const outputs = new OutputLengths();
  for (const length of lengths) outputs.learn('p m', length);
  return outputs;
};

describe('the expected length of an answer', () => {
  it('is 4,096 tokens for a model that few answers are known of, or all that the call allows', () => {
    const outputs = learnt(Array(19).fill(10));
    expect([outputs.expect('p m', 32_000), outputs.expect('p m', 100)]).toEqual([4_096, 100]);
  });

  it('is twice the 95th percentile once there are twenty', () => {
    const outputs = learnt([...Array<number>(95).fill(100), ...Array<number>(5).fill(9_000)]);
    expect([outputs.expect('p m', 32_000), outputs.expect('p m', 150)]).toEqual([200, 150]);
    expect(outputs.expect('other m', 32_000)).toBe(4_096);
  });

  it('follows the last two hundred', () => {
    expect(
      learnt([...Array<number>(200).fill(5_000), ...Array<number>(200).fill(50)]).expect('p m', 9_999),
    ).toBe(100);
  });
});
