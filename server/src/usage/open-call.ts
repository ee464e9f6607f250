import {
  CALL_RECORD_VERSION,
  type AttemptRecord,
  type CallOpening,
  type CallRecord,
  type CallStatus,
  type CandidateRecord,
  type TokenCounts,
} from './call-record.js';
import { encodeLine, type OpenState } from './internal/journal-lines.js';
import type { Segment } from './internal/segment.js';
import type { PriceList } from './price-list.js';
import { spentByAttempts, type Spent } from './internal/spent-by-attempts.js';
import { addTokens, NO_TOKENS, validateUsage, type ReportedUsage } from './token-counts.js';

/** A provider's model that a call is sent to. */
export interface UsageTarget {
  readonly provider: { readonly name: string; readonly dialect: string };
  readonly model: string;
  readonly tier: string | null;
}

/** Usage as it is known so far; `estimated` while the provider has not reported it. */
export type UsageSoFar = ReportedUsage & { readonly estimated?: boolean };

export interface CallEnding {
  /** Null: none was chosen. */
  readonly target: UsageTarget | null;
  readonly status: Exclude<CallStatus, 'interrupted'>;
  readonly httpStatus: number | null;
  readonly errorCode: string | null;
  readonly usage: UsageSoFar | null;
  /** By `performance.now()`; null: nothing went out. */
  readonly firstEventAt: number | null;
  readonly endedAt: number;
  readonly losses: readonly string[];
  readonly candidates: readonly CandidateRecord[];
  readonly trace: readonly AttemptRecord[];
}

/** Takes lines of a journal; see `Journal`. */
export interface LineTaker {
  append(line: string, placed: (segment: Segment) => void): Promise<void>;
  appendSoon(line: string, placed: (segment: Segment) => void): void;
}

/** What all lines of a call begin with. */
type Opened = CallOpening & Pick<CallRecord, 'version'>;

const CHECKPOINT_EVERY_MS = 250;

/**
 * The lines of one call in the journal: its intent before each dispatch, checkpoints while events flow, and its record
 * before the last byte goes out. What is resolved when a line is written takes the rest of this turn of the event loop,
 * and under `strict` the disk's time.
 */
export class OpenCall {
  #attempts = 0;
  #target: UsageTarget | null = null;
  /** Of the attempts that are over. */
  #spent: TokenCounts | null = null;
  #firstEventAt: number | null = null;
  #lastLineAt = -Infinity;
  /** Where the latest open line is. */
  #segment: Segment | null = null;
  #finished = false;
  readonly #placed = (segment: Segment): void => this.#moveTo(segment);
  /** The opening as JSON without braces, and the version before it: each line of the call begins with it. */
  #encodedOpening: string | null = null;

  constructor(
    private readonly opening: CallOpening,
    private readonly startedAt: number,
    private readonly journal: LineTaker,
    private readonly prices: Pick<PriceList, 'current'>,
  ) {}

  /** A request is about to go to `target`: it may when the intent is written. */
  dispatching(target: UsageTarget): Promise<void> {
    this.#attempts += 1;
    this.#target = target;
    // The first event is worth a line at once.
    this.#lastLineAt = -Infinity;
    return this.journal.append(this.#openLine(target, null, performance.now()), this.#placed);
  }

  /** Events have gone out. Call it for each read of the provider's socket; `usage` is read at most every 250 ms. */
  progressed(now: number, source: { readonly usage: UsageSoFar | null }): void {
    if (now - this.#lastLineAt < CHECKPOINT_EVERY_MS || this.#target === null) return;
    this.#firstEventAt ??= now;
    this.#lastLineAt = now;
    this.journal.appendSoon(this.#openLine(this.#target, source.usage, now), this.#placed);
  }

  /** An attempt is over, and others may follow: what it used is known of, should the process die during them. */
  attemptEnded(usage: UsageSoFar | null): void {
    if (usage !== null) this.#spent = addTokens(this.#spent ?? NO_TOKENS, validateUsage(usage).tokens);
  }

  /** Call it once: the last byte may go when the record is written. */
  async finish(ending: CallEnding): Promise<void> {
    if (this.#finished) return;
    this.#finished = true;
    await this.journal.append(this.#encode('F', this.#outcome(ending)), () => this.#moveTo(null));
  }

  #openLine(target: UsageTarget, usage: UsageSoFar | null, now: number): string {
    return this.#encode('O', {
      provider: target.provider.name,
      apiFormat: target.provider.dialect,
      targetModel: target.model,
      tier: target.tier,
      attempts: this.#attempts,
      tokens: usage === null ? this.#spent : addTokens(this.#spent ?? NO_TOKENS, validateUsage(usage).tokens),
      firstEventMs: this.#sinceStart(this.#firstEventAt),
      elapsedMs: Math.round(now - this.startedAt),
    });
  }

  #encode(kind: 'O', rest: Omit<OpenState, keyof Opened>): string;
  #encode(kind: 'F', rest: Omit<CallRecord, keyof Opened>): string;
  #encode(kind: 'O' | 'F', rest: object): string {
    this.#encodedOpening ??= JSON.stringify({ version: CALL_RECORD_VERSION, ...this.opening }).slice(0, -1);
    return encodeLine(kind, `${this.#encodedOpening},${JSON.stringify(rest).slice(1)}`);
  }

  /** The earlier segment is held by this call no longer. A line that comes late, from memory, holds nothing. */
  #moveTo(segment: Segment | null): void {
    if (this.#segment !== null) this.#segment.openCalls -= 1;
    this.#segment = this.#finished ? null : segment;
    if (this.#segment !== null) this.#segment.openCalls += 1;
  }

  #outcome(ending: CallEnding): Omit<CallRecord, keyof Opened> {
    const { target, status, trace } = ending;
    const billable = target !== null && status !== 'refused';
    const complete = status === 'success' && ending.usage !== null && ending.usage.estimated !== true;
    const { tokens, cost, anomalous } = this.#spentBy(ending);
    return {
      provider: target?.provider.name ?? null,
      targetModel: target?.model ?? null,
      tier: target?.tier ?? null,
      status,
      httpStatus: ending.httpStatus,
      errorCode: ending.errorCode,
      attempts: Math.max(this.#attempts, trace.length),
      ...tokens,
      estimated: billable && (anomalous || (!complete && usedAnything(tokens))),
      costNanoUsd: cost === null ? null : Number(cost),
      firstEventMs: this.#sinceStart(ending.firstEventAt),
      durationMs: Math.max(0, Math.round(ending.endedAt - this.startedAt)),
      losses: ending.losses,
      candidates: ending.candidates,
      trace,
    };
  }

  /** With several attempts, each at the price of its own target. */
  #spentBy({ target, usage, trace, status }: CallEnding): Spent & { readonly anomalous: boolean } {
    const prices = this.prices.current();
    if (trace.length > 1) {
      const spent = spentByAttempts(trace, prices, Date.now());
      return { ...spent, anomalous: spent.brokenOff };
    }
    const { tokens, anomalous } = validateUsage(usage);
    if (target === null || status === 'refused') return { tokens, cost: 0n, anomalous };
    const cost = prices.costNanoUsd(target.provider.name, target.model, tokens, Date.now());
    return { tokens, cost, anomalous };
  }

  #sinceStart(at: number | null): number | null {
    return at === null ? null : Math.max(0, Math.round(at - this.startedAt));
  }
}

function usedAnything(tokens: CallRecord | typeof NO_TOKENS): boolean {
  return tokens.inputTokens + tokens.outputTokens + tokens.cacheReadTokens + tokens.cacheWriteTokens > 0;
}
