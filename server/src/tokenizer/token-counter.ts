import { Worker } from 'node:worker_threads';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { CountTokensRequest } from '@ccs/wire';
import { collectTokenInput } from '../tokens/token-input.js';

/** Main thread to worker: one slice of a count. */
export interface CountJob {
  readonly id: number;
  readonly texts: readonly string[];
}

/** Worker to main thread. */
export interface CountAnswer {
  readonly id: number;
  readonly tokens: number;
}

export interface CountOptions {
  readonly signal?: AbortSignal;
  /** When the thread has answered nobody for so long, the rest is estimated; default 2 s. */
  readonly timeoutMs?: number;
}

interface Counted {
  readonly tokens: number;
  /** Part of it was not counted. */
  readonly estimated: boolean;
}

/** One count under way. */
interface Counting {
  readonly id: number;
  /** Slices not yet sent, last one first. */
  readonly slices: string[][];
  tokens: number;
  settle(result: Counted | { error: Error }): void;
}

const DEFAULT_TIMEOUT_MS = 2000;
/**
 * A thread that works is waited for as often as this: in a burst all counts are late together, and one body must not
 * be counted for some and estimated for others.
 */
const MAX_WAITS = 5;
/** Small enough that a count can be given up between slices and others get their turn. */
const SLICE_LENGTH = 65_536;
const MAX_TEXTS_PER_SLICE = 2000;
/** What a text costs when the tokenizer cannot say; o200k gives English and code about 4 per token. */
const CHARACTERS_PER_TOKEN = 3.6;

/**
 * Counts tokens with o200k_base in a worker thread, which is started for the first count and again when it
 * dies. A count never fails for want of the tokenizer: what it did not manage in time is estimated.
 */
@Injectable()
export class TokenCounter implements OnApplicationShutdown {
  readonly #logger = new Logger(TokenCounter.name);
  #worker: Worker | null = null;
  #closed = false;
  #nextId = 1;
  readonly #countings = new Map<number, Counting>();
  #answeredAtMs = 0;

  /**
   * Tokens of a request (specification C1), before any factor of the model.
   *
   * @throws the signal's reason when it aborts
   */
  async count(request: CountTokensRequest, options: CountOptions = {}): Promise<number> {
    return (await this.#count(request, options)).tokens;
  }

  /** The same, but null when a part could only be estimated. */
  async countExactly(request: CountTokensRequest): Promise<number | null> {
    const { tokens, estimated } = await this.#count(request, {});
    return estimated ? null : tokens;
  }

  /** Ends the worker; counts under way are estimated. */
  async onApplicationShutdown(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#giveUp();
    await worker?.terminate();
  }

  /** Starts the thread; a test keeps hold of it. */
  protected createWorker(): Worker {
    return new Worker(workerUrl());
  }

  async #count(request: CountTokensRequest, options: CountOptions): Promise<Counted> {
    options.signal?.throwIfAborted();
    const { texts, fixedTokens } = collectTokenInput(request);
    const { tokens, estimated } = await this.#countTexts(texts, options);
    return { tokens: fixedTokens + tokens, estimated };
  }

  #countTexts(
    texts: readonly string[],
    { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: CountOptions,
  ): Promise<Counted> {
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      let waits = 1;
      const onTimeout = (): void => {
        const working = performance.now() - this.#answeredAtMs < timeoutMs;
        if (working && (waits += 1) <= MAX_WAITS) timer.refresh();
        else this.#estimateRest(id);
      };
      const onAbort = (): void => {
        const reason: unknown = signal?.reason;
        counting.settle({ error: reason instanceof Error ? reason : new Error('The count was given up') });
      };
      const timer = setTimeout(onTimeout, timeoutMs);
      timer.unref();
      signal?.addEventListener('abort', onAbort, { once: true });
      const counting: Counting = {
        id,
        slices: slice(texts).reverse(),
        tokens: 0,
        settle: (result) => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          this.#countings.delete(id);
          if (this.#countings.size === 0) this.#worker?.unref();
          if ('error' in result) reject(result.error);
          else resolve(result);
        },
      };
      this.#countings.set(id, counting);
      this.#sendNext(counting);
    });
  }

  #sendNext(counting: Counting): void {
    const texts = counting.slices.at(-1);
    if (texts === undefined) {
      counting.settle({ tokens: counting.tokens, estimated: false });
      return;
    }
    const worker = this.#openWorker();
    if (worker === null) {
      this.#estimateRest(counting.id);
      return;
    }
    worker.ref();
    worker.postMessage({ id: counting.id, texts } satisfies CountJob);
  }

  #receive({ id, tokens }: CountAnswer): void {
    this.#answeredAtMs = performance.now();
    const counting = this.#countings.get(id);
    if (counting === undefined) return;
    counting.slices.pop();
    counting.tokens += tokens;
    this.#sendNext(counting);
  }

  #estimateRest(id: number): void {
    const counting = this.#countings.get(id);
    if (counting === undefined) return;
    const length = counting.slices.flat().reduce((sum, text) => sum + text.length, 0);
    const tokens = counting.tokens + Math.ceil(length / CHARACTERS_PER_TOKEN);
    counting.settle({ tokens, estimated: true });
  }

  #openWorker(): Worker | null {
    if (this.#closed) return null;
    if (this.#worker !== null) return this.#worker;
    const worker = this.createWorker();
    worker.on('message', (answer: CountAnswer) => this.#receive(answer));
    worker.on('error', (error) => this.#logger.error(`The tokenizer's thread failed: ${String(error)}`));
    worker.on('exit', () => {
      if (this.#worker === worker) this.#giveUp();
    });
    this.#worker = worker;
    return worker;
  }

  /** The worker is gone: what waits for it is estimated, the next count starts another. */
  #giveUp(): void {
    this.#worker = null;
    for (const id of [...this.#countings.keys()]) this.#estimateRest(id);
  }
}

/** Beside this file, compiled or not: Node strips the types of a `.ts` file itself. */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./internal/token-counter.worker.${extension}`, import.meta.url);
}

/** Groups texts into slices of bounded length; a longer text is cut. */
function slice(texts: readonly string[]): string[][] {
  const slices: string[][] = [];
  let current: string[] = [];
  let length = 0;
  for (const text of texts) {
    for (let from = 0; from < text.length;) {
      const piece = text.slice(from, from + SLICE_LENGTH - length);
      current.push(piece);
      from += piece.length;
      length += piece.length;
      if (length < SLICE_LENGTH && current.length < MAX_TEXTS_PER_SLICE) continue;
      slices.push(current);
      current = [];
      length = 0;
    }
  }
  if (current.length > 0) slices.push(current);
  return slices;
}
