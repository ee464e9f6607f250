import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CountTokensRequest } from '@ccs/wire';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens } from '../tokens/count-tokens.js';
import { TokenCounter, type CountJob, type CountOptions } from './token-counter.js';

// A thread that starts on a busy machine.
jest.setTimeout(60_000);

const ask = (content: string): CountTokensRequest => ({ model: 'm', messages: [{ role: 'user', content }] });
const expected = (request: CountTokensRequest): number => countTokens(request, (text) => countO200k(text));
const prose = (length: number): string =>
  'The quick brown fox jumps over 13 lazy dogs; größer, 日本語!\n'.repeat(length / 50).slice(0, length);

/** Keeps hold of its threads, and waits for them even on a busy machine. */
class WatchedCounter extends TokenCounter {
  readonly threads: Worker[] = [];

  override count(request: CountTokensRequest, options: CountOptions = {}): Promise<number> {
    return super.count(request, { timeoutMs: 60_000, ...options });
  }

  protected override createWorker(): Worker {
    const thread = super.createWorker();
    this.threads.push(thread);
    return thread;
  }
}

describe('the token counter', () => {
  let counter = new WatchedCounter();

  afterEach(async () => {
    await counter.onApplicationShutdown();
    counter = new WatchedCounter();
  });

  it('counts as the tokenizer does, in a thread of its own', async () => {
    const request = ask(prose(20_000));
    expect(await counter.count(request)).toBe(expected(request));
  });

  it('takes what looks like a special token for text', async () => {
    expect(await counter.count(ask('<|endoftext|>'))).toBeGreaterThan(3 + 4 + 3);
  });

  it('cuts long texts without losing any of them', async () => {
    const request = ask(prose(400_000));
    const exact = expected(request);
    expect(Math.abs((await counter.count(request)) - exact)).toBeLessThan(exact * 0.001);
  });

  it('counts 100 KB in well under a second even where the tokenizer alone takes minutes', async () => {
    await counter.count(ask('warm'));
    for (const run of ['a'.repeat(100_000), '='.repeat(100_000), ' '.repeat(100_000), '漢'.repeat(33_000)]) {
      const start = performance.now();
      expect(await counter.count(ask(run))).toBeGreaterThan(100);
      expect(performance.now() - start).toBeLessThan(2000);
    }
  });

  it('serves many counts at once, each with its own result', async () => {
    const requests = Array.from({ length: 50 }, (_, i) => ask(`${i} ${prose(1000 + i * 100)}`));
    expect(await Promise.all(requests.map((request) => counter.count(request)))).toEqual(
      requests.map(expected),
    );
  });

  it('estimates what it cannot count in time', async () => {
    const request = ask(prose(2_000_000));
    const tokens = await counter.count(request, { timeoutMs: 1 });
    expect(tokens).toBeGreaterThan(400_000);
    expect(tokens).toBeLessThan(800_000);
  });

  it('says so when it could not count all of it', async () => {
    const request = ask(prose(20_000));
    expect(await counter.countExactly(request)).toBe(expected(request));
    await counter.onApplicationShutdown();
    expect(await counter.countExactly(request)).toBeNull();
  });

  it('gives up when it is told to', async () => {
    const abort = new AbortController();
    const counting = counter.count(ask(prose(2_000_000)), { signal: abort.signal });
    abort.abort(new Error('client gone'));
    await expect(counting).rejects.toThrow('client gone');
    await expect(counter.count(ask('x'), { signal: abort.signal })).rejects.toThrow('client gone');
  });

  it('goes on with a new thread when the old one dies', async () => {
    const request = ask(prose(5000));
    await counter.count(request);
    const dying = counter.count(ask(prose(1_000_000)));
    await counter.threads.at(-1)?.terminate();
    expect(await dying).toBeGreaterThan(100_000);
    expect(await counter.count(request)).toBe(expected(request));
    expect(counter.threads).toHaveLength(2);
  });

  it('estimates once it is closed', async () => {
    await counter.onApplicationShutdown();
    expect(await counter.count(ask('a'.repeat(36)))).toBe(3 + 4 + 10);
  });
});

const SLICES = 20;

/** Its thread answers when the test says so. */
class HandCounter extends TokenCounter {
  private readonly jobs: CountJob[] = [];
  private readonly thread = Object.assign(new EventEmitter(), {
    postMessage: (job: CountJob) => this.jobs.push(job),
    ref: () => undefined,
    unref: () => undefined,
  });

  answer(tokens: number): void {
    this.thread.emit('message', { id: this.jobs.shift()?.id, tokens });
  }

  protected override createWorker(): Worker {
    // As much of a thread as the counter uses.
    return this.thread as unknown as Worker;
  }
}

describe('the token counter, when its thread is late', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('waits while the thread works: a burst of one body gets one figure', async () => {
    const counter = new HandCounter();
    const counts = [counter.count(ask('Hi')), counter.count(ask('Hi'))];
    jest.advanceTimersByTime(1_500);
    counter.answer(5);
    jest.advanceTimersByTime(1_500);
    counter.answer(5);
    expect(await Promise.all(counts)).toEqual([12, 12]);
  });

  it('estimates when the thread is silent, and does not wait for ever for one that never gets to it', async () => {
    const counter = new HandCounter();
    const silent = counter.countExactly(ask('Hi'));
    jest.advanceTimersByTime(2_000);
    expect(await silent).toBeNull();
    const last = counter.countExactly(ask('Hi'.repeat(SLICES * 65_536)));
    for (let second = 0; second < 10; second += 1) {
      counter.answer(1);
      jest.advanceTimersByTime(1_000);
    }
    expect(await last).toBeNull();
  });
});
