import { Injectable } from '@nestjs/common';
import { TokenEstimates } from '../tokens/token-estimates.js';
import type { TokenCounts } from '../usage/call-record.js';
import { NO_TOKENS, validateUsage } from '../usage/token-counts.js';
import type { CallPrices } from './call-prices.js';
import { sizeOfRequest } from './input-estimate.js';
import type { LimitedCall, SpentAttempt } from './limited-call.js';
import { OutputLengths } from './output-lengths.js';

/** A target as prices know it. */
export interface PricedTarget {
  readonly provider: { readonly id: number; readonly name: string };
  readonly model: string;
}

/** What a call is expected to use before it is sent, at whichever of its targets uses most. */
export interface ExpectedUse {
  readonly tokens: number;
  /** Nano-USD; 0 where nobody asks for money. */
  readonly reserve: bigint;
  readonly atMost: bigint;
}

export interface ActualUse {
  /** Null: not known. */
  readonly tokens: number | null;
  /** Nano-USD. */
  readonly cost: bigint;
}

/** The estimate of input is a guess by bytes; for the worst case it may be short by this much. */
const INPUT_MARGIN_PERCENT = 150;

const modelKey = (providerId: number, model: string): string => `${providerId} ${model}`;

/** Tokens and money of calls, before and after. Tokens read from a cache are money, but count against no rate. */
@Injectable()
export class CallCost {
  private readonly outputs = new OutputLengths();

  constructor(
    private readonly estimates: Pick<TokenEstimates, 'fromBytes'>,
    private readonly prices: CallPrices,
  ) {}

  /** Whether a call may be sent to a target when its cost must be known. */
  hasPrice({ provider, model }: PricedTarget, atMs: number): boolean {
    const oneOfEach = { ...NO_TOKENS, inputTokens: 1, outputTokens: 1 };
    return this.prices.costNanoUsd(provider.name, model, oneOfEach, atMs) !== null;
  }

  /** `targets`: all have a price. */
  expected({ request }: LimitedCall, targets: readonly PricedTarget[], atMs: number): ExpectedUse {
    const { textBytes, attachmentTokens } = sizeOfRequest(request.parsed, request.sizeBytes);
    let most: ExpectedUse = { tokens: 0, reserve: 0n, atMost: 0n };
    for (const { provider, model } of targets) {
      const key = modelKey(provider.id, model);
      const input = this.estimates.fromBytes(key, textBytes) + attachmentTokens;
      const output = this.outputs.expect(key, request.parsed.max_tokens);
      const cost = (inputTokens: number, outputTokens: number): bigint =>
        this.prices.costNanoUsd(provider.name, model, { ...NO_TOKENS, inputTokens, outputTokens }, atMs) ??
        0n;
      const worstInput = Math.ceil((input * INPUT_MARGIN_PERCENT) / 100);
      most = {
        tokens: Math.max(most.tokens, input + output),
        reserve: larger(most.reserve, cost(input, output)),
        atMost: larger(most.atMost, cost(worstInput, request.parsed.max_tokens)),
      };
    }
    return most;
  }

  /** Learns from what was used, and adds it up. */
  actual(attempts: readonly SpentAttempt[], atMs: number): ActualUse {
    let tokens = 0;
    let cost = 0n;
    let known = true;
    for (const { provider, providerId, model, outcome, usage } of attempts) {
      if (usage === null) {
        // What a caller who left had used by then nobody has said; others without usage used nothing.
        if (outcome === 'client_gone') known = false;
        continue;
      }
      const used = validateUsage(usage).tokens;
      if (outcome === 'answered') this.outputs.learn(modelKey(providerId, model), used.outputTokens);
      tokens += countedTokens(used);
      cost += this.prices.costNanoUsd(provider, model, used, atMs) ?? 0n;
    }
    return { tokens: known ? tokens : null, cost };
  }
}

const countedTokens = ({ inputTokens, cacheWriteTokens, outputTokens }: TokenCounts): number =>
  inputTokens + cacheWriteTokens + outputTokens;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
