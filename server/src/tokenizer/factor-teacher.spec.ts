import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import type { CountTokensRequest } from '@ccs/wire';
import { TokenEstimates } from '../tokens/token-estimates.js';
import { FactorTeacher } from './factor-teacher.js';

const REQUEST: CountTokensRequest = { model: 'm', messages: [] };

/** Counts by hand: each count stays open until it is answered. */
class FakeCounter {
  readonly open: ((tokens: number | null | Error) => void)[] = [];
  counts = 0;

  countExactly(): Promise<number | null> {
    this.counts++;
    return new Promise((resolve, reject) => {
      this.open.push((tokens) => (tokens instanceof Error ? reject(tokens) : resolve(tokens)));
    });
  }

  async answer(tokens: number | null | Error): Promise<void> {
    this.open.shift()?.(tokens);
    await turn();
  }
}

function teacher(nowMs: () => number = () => 0) {
  const counter = new FakeCounter();
  const estimates = new TokenEstimates();
  const lessons = new FactorTeacher(counter, estimates, nowMs);
  const observe = async (model = 'm', bytes = 1000, tokens = 1500): Promise<void> => {
    lessons.observe(model, () => REQUEST, bytes, tokens);
    await turn();
  };
  return { counter, estimates, observe, lessons };
}

describe('what finished calls teach about a tokenizer', () => {
  it('is the ratio of what the provider counted to what we count, learnt after the answer', async () => {
    const { counter, estimates, observe, lessons } = teacher();
    lessons.observe('m', () => REQUEST, 1000, 1500);
    expect(counter.counts).toBe(0);
    await turn();
    await counter.answer(1000);
    expect(estimates.factorOf('m')).toBe(1.5);
    await observe();
    expect(counter.counts).toBe(2);
  });

  it('never takes more than one count at a time', async () => {
    const { counter, observe } = teacher();
    for (let i = 0; i < 5; i++) await observe(`m${i}`);
    expect(counter.counts).toBe(1);
    await counter.answer(1000);
    await observe('m1');
    expect(counter.counts).toBe(2);
  });

  it('looks at the first eight calls of a model, then at one a minute', async () => {
    let nowMs = 0;
    const { counter, observe } = teacher(() => nowMs);
    for (let second = 0; second < 200; second++) {
      nowMs = second * 1000;
      await observe();
      await counter.answer(null);
    }
    // Seconds 0 to 7, then 67, 127 and 187.
    expect(counter.counts).toBe(11);
  });

  it('does not look at short answers, nor at requests that are long', async () => {
    const { counter, observe } = teacher();
    await observe('m', 1000, 199);
    await observe('m', 256 * 1024 + 1, 60_000);
    expect(counter.counts).toBe(0);
  });

  it('is nothing when the count was an estimate or failed, and goes on', async () => {
    const { counter, estimates, observe } = teacher();
    for (const bad of [null, new Error('thread gone')]) {
      await observe();
      await counter.answer(bad);
    }
    expect(estimates.factorOf('m')).toBe(1);
    await observe();
    await counter.answer(1000);
    expect(estimates.factorOf('m')).toBe(1.5);
  });
});
