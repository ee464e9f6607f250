import { Injectable } from '@nestjs/common';
import type { StreamUsage } from '../converters/stream-converter.js';
import { UpstreamError } from '../errors/upstream-error.js';
import type { CatalogProvider } from '../providers/catalog-provider.js';
import { ProviderProbe, type CallProbe } from '../providers/provider-probe.js';
import { classifyError } from '../resilience/error-class.js';
import { PriceList } from '../usage/price-list.js';
import { validateUsage } from '../usage/token-counts.js';

/** What one model answered to one short question. */
export interface ModelProbe {
  readonly model: string;
  readonly healthy: boolean;
  readonly firstEventMs: number | null;
  readonly totalMs: number;
  /** Null: the provider told none. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Nano-USD; null: the usage or the price is not known. */
  readonly costNanoUsd: bigint | null;
  /** In words, without secrets; null: it works. */
  readonly error: string | null;
}

/** Longer than anybody waits for one token; a provider's own `timeout` may be shorter. */
const PATIENCE_MS = 30_000;
/** The cheapest answer there is; some models refuse to stop so soon. */
const OUTPUT_TOKENS = [1, 32] as const;

/** Asks one model for one token, and says what that cost. */
@Injectable()
export class ModelProber {
  constructor(
    private readonly provider: ProviderProbe,
    private readonly prices: PriceList,
  ) {}

  /** Rejects with faults of ours only. `signal`: whoever wants to know has gone. */
  async probe(provider: CatalogProvider, model: string, signal: AbortSignal): Promise<ModelProbe> {
    const late = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const startedAt = performance.now();
    let latest: CallProbe | null = null;
    try {
      for (const maxTokens of OUTPUT_TOKENS) {
        latest = await this.provider.call(provider, model, { maxTokens, signal: late });
        const { error } = latest;
        if (!(error instanceof UpstreamError) || classifyError(error) !== 'caller') break;
      }
    } catch (thrown) {
      if (!late.aborted) throw thrown;
      latest = null;
    }
    const error =
      latest === null ? `No answer within ${PATIENCE_MS / 1000} s` : (latest.error?.message ?? null);
    const firstEventMs = latest?.firstEventMs ?? null;
    return {
      model,
      healthy: error === null,
      firstEventMs: firstEventMs === null ? null : Math.round(firstEventMs),
      totalMs: Math.round(performance.now() - startedAt),
      ...this.spent(provider.name, model, latest?.usage ?? null, error !== null),
      error,
    };
  }

  private spent(
    provider: string,
    model: string,
    usage: StreamUsage | null,
    failed: boolean,
  ): Pick<ModelProbe, 'inputTokens' | 'outputTokens' | 'costNanoUsd'> {
    if (usage === null) return { inputTokens: null, outputTokens: null, costNanoUsd: failed ? 0n : null };
    const { tokens } = validateUsage(usage);
    return {
      inputTokens: tokens.inputTokens + tokens.cacheReadTokens + tokens.cacheWriteTokens,
      outputTokens: tokens.outputTokens,
      costNanoUsd: this.prices.current().costNanoUsd(provider, model, tokens, Date.now()),
    };
  }
}
