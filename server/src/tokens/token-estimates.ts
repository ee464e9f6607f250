/** Where a model nobody has used yet starts (specification C1). */
const START_BYTES_PER_TOKEN = 3.6;
const START_FACTOR = 1;
/** Weight of a new observation in the moving average, once there are enough for one. */
const WEIGHT = 0.1;
/** Outside these a report is wrong (a provider that counts only what missed its cache) and teaches nothing. */
const BYTES_PER_TOKEN_RANGE = [1, 20] as const;
const FACTOR_RANGE = [0.25, 4] as const;
/** Reports of fewer tokens teach nothing: the overhead of templates, not the text, decides. */
export const MIN_TOKENS_TO_LEARN = 200;
const DEFAULT_MAX_MODELS = 1000;

interface Learnt {
  bytesPerToken: number;
  byteSamples: number;
  factor: number;
  factorSamples: number;
}

/**
 * What the tokenizers of upstream models are like, learnt from the usage they report: bytes per token, for a
 * cheap guess in every call, and the ratio to our own tokenizer, for count_tokens. Keeps the models used last;
 * `model` is any name that tells upstream models apart, the provider's included.
 */
export class TokenEstimates {
  readonly #models = new Map<string, Learnt>();

  constructor(private readonly maxModels = DEFAULT_MAX_MODELS) {}

  /** Input tokens of a body of so many bytes, base64 left out; whole, at least 1. */
  fromBytes(model: string, bytes: number): number {
    const bytesPerToken = this.#models.get(model)?.bytesPerToken ?? START_BYTES_PER_TOKEN;
    return Math.max(1, Math.round(bytes / bytesPerToken));
  }

  /** A call's body had so many bytes, base64 left out, and the provider counted so many prompt tokens. */
  learnFromBytes(model: string, bytes: number, promptTokens: number): void {
    const observed = bytes / promptTokens;
    if (promptTokens < MIN_TOKENS_TO_LEARN || !isWithin(observed, BYTES_PER_TOKEN_RANGE)) return;
    const learnt = this.#touch(model);
    learnt.bytesPerToken = average(learnt.bytesPerToken, observed, learnt.byteSamples++);
  }

  /** What a count by our own tokenizer is to be multiplied with. */
  factorOf(model: string): number {
    return this.#models.get(model)?.factor ?? START_FACTOR;
  }

  /** Our own tokenizer counted so many tokens where the provider counted so many. */
  learnFactor(model: string, ownTokens: number, promptTokens: number): void {
    const observed = promptTokens / ownTokens;
    if (promptTokens < MIN_TOKENS_TO_LEARN || !isWithin(observed, FACTOR_RANGE)) return;
    const learnt = this.#touch(model);
    learnt.factor = average(learnt.factor, observed, learnt.factorSamples++);
  }

  /** The model's entry, now the youngest; the oldest goes when there are too many. */
  #touch(model: string): Learnt {
    const learnt = this.#models.get(model) ?? {
      bytesPerToken: START_BYTES_PER_TOKEN,
      byteSamples: 0,
      factor: START_FACTOR,
      factorSamples: 0,
    };
    this.#models.delete(model);
    this.#models.set(model, learnt);
    if (this.#models.size > this.maxModels) {
      const [oldest] = this.#models.keys();
      if (oldest !== undefined) this.#models.delete(oldest);
    }
    return learnt;
  }
}

/** The first observation counts whole, the next ones as in a mean, later ones with the fixed weight. */
function average(current: number, observed: number, samplesBefore: number): number {
  return current + (observed - current) * Math.max(WEIGHT, 1 / (samplesBefore + 1));
}

function isWithin(value: number, [low, high]: readonly [number, number]): boolean {
  return value >= low && value <= high;
}
