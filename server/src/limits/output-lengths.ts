import { LRUCache } from 'lru-cache';

/** Of a model nobody has used often enough yet. */
const START_TOKENS = 4_096;
const MIN_SAMPLES = 20;
const MAX_SAMPLES = 200;
const MAX_MODELS = 1_000;

interface Samples {
  readonly lengths: number[];
  /** Where the next one goes once the list is full. */
  next: number;
  /** Twice the 95th percentile; null: to be computed. */
  expected: number | null;
}

/** How long the answers of a model are, learnt from the last 200 of them. `model` names the provider too. */
export class OutputLengths {
  readonly #models = new LRUCache<string, Samples>({ max: MAX_MODELS });

  learn(model: string, outputTokens: number): void {
    const samples = this.#models.get(model) ?? { lengths: [], next: 0, expected: null };
    samples.lengths[samples.next] = outputTokens;
    samples.next = (samples.next + 1) % MAX_SAMPLES;
    samples.expected = null;
    this.#models.set(model, samples);
  }

  /** What to expect of an answer: the most the call allows, or twice the 95th percentile if that is less. */
  expect(model: string, maxTokens: number): number {
    return Math.min(maxTokens, this.#twiceP95(model));
  }

  #twiceP95(model: string): number {
    const samples = this.#models.get(model);
    if (samples === undefined || samples.lengths.length < MIN_SAMPLES) return START_TOKENS;
    if (samples.expected === null) {
      const sorted = [...samples.lengths].sort((a, b) => a - b);
      samples.expected = Math.max(1, 2 * (sorted[Math.ceil(sorted.length * 0.95) - 1] ?? START_TOKENS));
    }
    return samples.expected;
  }
}
