import { Logger } from '@nestjs/common';
import type { CountTokensRequest } from '@ccs/wire';
import { MIN_TOKENS_TO_LEARN, type TokenEstimates } from '../tokens/token-estimates.js';
import type { TokenCounter } from './token-counter.js';

/** So many calls of a model are all looked at, later ones now and then: tokenizers do not change. */
const FIRST_CALLS = 8;
/** A count of 49 KB costs some 10 ms of a thread: a share of the calls would be a price on each of them. */
const LATER_INTERVAL_MS = 60_000;
const MAX_REQUEST_BYTES = 256 * 1024;
const MAX_MODELS = 1000;

/**
 * Teaches `TokenEstimates` how an upstream model's tokenizer compares with ours (specification C1), by counting
 * some finished calls whose usage the provider reported. Costs a call next to nothing: the count runs in the
 * tokenizer's thread after the answer is over, and there is never more than one.
 */
export class FactorTeacher {
  readonly #logger = new Logger(FactorTeacher.name);
  /** Calls counted per model, whether they taught anything or not, and when the last was. */
  readonly #counted = new Map<string, { readonly calls: number; readonly atMs: number }>();
  #busy = false;

  constructor(
    private readonly counter: Pick<TokenCounter, 'countExactly'>,
    private readonly estimates: Pick<TokenEstimates, 'learnFactor'>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /**
   * Whether a call that begins now is worth `observe` when it is over: only then its request has to be kept.
   *
   * @param model as for `TokenEstimates`
   */
  wants(model: string, requestBytes: number): boolean {
    if (this.#busy || requestBytes > MAX_REQUEST_BYTES) return false;
    const counted = this.#counted.get(model);
    return (
      counted === undefined || counted.calls < FIRST_CALLS || this.nowMs() - counted.atMs >= LATER_INTERVAL_MS
    );
  }

  /**
   * A call is over.
   *
   * @param model as for `TokenEstimates`
   * @param request asked for only if it is counted
   * @param promptTokens as the provider reported them, cached ones included
   */
  observe(
    model: string,
    request: () => CountTokensRequest,
    requestBytes: number,
    promptTokens: number,
  ): void {
    if (promptTokens < MIN_TOKENS_TO_LEARN || !this.wants(model, requestBytes)) return;
    const calls = this.#counted.get(model)?.calls ?? 0;
    this.#remember(model, { calls: calls + 1, atMs: this.nowMs() });
    this.#busy = true;
    // Taking a request apart is work for the main thread: not before the answer's last bytes are out.
    setImmediate(() => void this.#teach(model, request, promptTokens));
  }

  async #teach(model: string, request: () => CountTokensRequest, promptTokens: number): Promise<void> {
    try {
      const ownTokens = await this.counter.countExactly(request());
      if (ownTokens !== null) this.estimates.learnFactor(model, ownTokens, promptTokens);
    } catch (error) {
      this.#logger.warn(`A call's tokens could not be counted: ${String(error)}`);
    } finally {
      this.#busy = false;
    }
  }

  /** The model is now the youngest; the oldest goes when there are too many. */
  #remember(model: string, counted: { calls: number; atMs: number }): void {
    this.#counted.delete(model);
    this.#counted.set(model, counted);
    if (this.#counted.size <= MAX_MODELS) return;
    const [oldest] = this.#counted.keys();
    if (oldest !== undefined) this.#counted.delete(oldest);
  }
}
