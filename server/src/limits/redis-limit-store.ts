import type { HotRedis } from '../shared-state/hot-redis.js';
import { ADMIT, COUNT_REPLICAS, PUT_RECORDED, RENEW, SETTLE, UNRECORDED } from './limit-scripts.js';
import { LEASE_MS, LimitStore, RECONCILE_EVERY_MS } from './limit-store.js';
import type {
  AdmissionOutcome,
  AdmissionRequest,
  LimitKind,
  RecordedSpend,
  Settlement,
  SpendAccount,
  SubjectStanding,
} from './limit-store.js';
import { periodOf, type SpendPeriod } from './spend-period.js';
import type { Subject } from './subject-limits.js';

const PREFIX = 'ccs:limits:';
/** The last calls of a period may still be under way when it is over. */
const KEEP_PERIOD_MS = 86_400_000;

/** What ADMIT answers with; the script is ours, so its shape is known. */
interface Answer {
  readonly kind: AdmissionOutcome['kind'];
  readonly second: number;
  readonly refusal?: {
    readonly subject: number;
    readonly limit: LimitKind;
    readonly retryAfterMs: number;
  };
  readonly standings: readonly AnswerStanding[];
}

interface AnswerStanding {
  readonly requests: number;
  readonly tokens: number;
  readonly requestsResetMs: number;
  readonly tokensResetMs: number;
  readonly concurrency: number;
  readonly reserved: string;
  readonly day?: string;
  readonly month?: string;
}

/** What is counted, in Redis: exact across all processes. Every act is one script, and one round trip. */
export class RedisLimitStore extends LimitStore {
  private known = 1;

  /** `processId`: no other process has it. */
  constructor(
    private readonly redis: HotRedis,
    private readonly processId: string,
    private readonly now: () => number,
  ) {
    super();
  }

  get replicas(): number {
    return this.known;
  }

  async admit(request: AdmissionRequest): Promise<AdmissionOutcome> {
    const { callId, userId, tokens, subjects } = request;
    const periods = subjects.flatMap(({ budgets }) => budgets.map(({ period }) => period));
    const keys = subjects.flatMap(({ limits }) => this.keysOf(userId, limits, periods));
    const asked = {
      call: callId,
      tokens,
      leaseMs: LEASE_MS,
      subjects: subjects.map(({ limits, budgets, reserve, atMost }) => ({
        ...(limits.requestsPerMinute === null ? {} : { requestsPerMinute: limits.requestsPerMinute }),
        ...(limits.tokensPerMinute === null ? {} : { tokensPerMinute: limits.tokensPerMinute }),
        ...(limits.maxConcurrency === null ? {} : { maxConcurrency: limits.maxConcurrency }),
        budgets: budgets.map(({ period, budget }) => ({
          kind: period.kind,
          budget: budget.toString(),
          endsAtMs: period.endsAtMs,
        })),
        reserve: reserve.toString(),
        atMost: atMost.toString(),
      })),
    };
    return outcomeOf((await this.redis.run(ADMIT, keys, asked)) as Answer);
  }

  async settle(settlements: readonly Settlement[]): Promise<void> {
    for (const { callId, userId, subjects, second, tokensDelta, cost, periods } of settlements) {
      const keys = subjects.flatMap((subject) => this.keysOf(userId, subject, periods));
      await this.redis.run(SETTLE, keys, {
        call: callId,
        second,
        tokensDelta,
        cost: cost.toString(),
        kinds: periods.map(({ kind }) => kind),
        keepUntilMs: Object.fromEntries(periods.map((period) => [period.kind, keepUntil(period)])),
      });
    }
  }

  async renew(requests: readonly AdmissionRequest[]): Promise<void> {
    const self = { self: this.processId, leaseMs: LEASE_MS };
    const count = await this.redis.run(COUNT_REPLICAS, [`${PREFIX}replicas`], self);
    this.known = Math.max(1, Number(count));
    for (const { callId, userId, subjects } of requests) {
      const keys = subjects.flatMap(({ limits }) => this.keysOf(userId, limits, []));
      await this.redis.run(RENEW, keys, {
        call: callId,
        leaseMs: LEASE_MS,
        subjects: subjects.map(({ reserve, atMost }) => ({
          reserve: reserve.toString(),
          atMost: atMost.toString(),
        })),
      });
    }
  }

  async unrecorded(account: SpendAccount): Promise<readonly string[] | null> {
    const asked = { everyMs: RECONCILE_EVERY_MS, keepUntilMs: keepUntil(account.period) };
    return (await this.redis.run(UNRECORDED, [spendKey(account)], asked)) as readonly string[] | null;
  }

  async putRecorded({ account, base, recorded, asOfMs }: RecordedSpend): Promise<void> {
    const keepUntilMs = keepUntil(account.period);
    const put = { base: base.toString(), asof: asOfMs, recorded, keepUntilMs };
    await this.redis.run(PUT_RECORDED, [spendKey(account)], put);
  }

  close(): void {
    this.redis.close();
  }

  /** As limit-scripts.ts lists them. Periods nothing is asked about get a key all the same: the order counts. */
  private keysOf(userId: number, subject: Subject, periods: readonly SpendPeriod[]): string[] {
    const base = baseOf(userId, subject);
    const keyOf = (kind: SpendPeriod['kind']): string => {
      const period = periods.find((each) => each.kind === kind) ?? periodOf(kind, this.now());
      return spendKey({ userId, subject, period });
    };
    return [`${base}:r`, `${base}:t`, `${base}:l`, `${base}:m`, keyOf('day'), keyOf('month')];
  }
}

/** Numbers only, so that no name can reach into another; the braces keep a user's keys on one node of a cluster. */
const baseOf = (userId: number, { kind, id }: Subject): string => `${PREFIX}{${userId}}:${kind}:${id}`;

const spendKey = ({ userId, subject, period }: SpendAccount): string =>
  `${baseOf(userId, subject)}:s:${period.label}`;

const keepUntil = (period: SpendPeriod): number => period.endsAtMs + KEEP_PERIOD_MS;

function outcomeOf(answer: Answer): AdmissionOutcome {
  if (answer.kind === 'spend_unknown') return { kind: 'spend_unknown' };
  const standings = answer.standings.map(standingOf);
  if (answer.refusal === undefined) return { kind: 'admitted', second: answer.second, standings };
  return { kind: 'refused', ...answer.refusal, standings };
}

function standingOf({ reserved, day, month, ...counts }: AnswerStanding): SubjectStanding {
  return {
    ...counts,
    reserved: BigInt(reserved),
    spent: {
      ...(day === undefined ? {} : { day: BigInt(day) }),
      ...(month === undefined ? {} : { month: BigInt(month) }),
    },
  };
}
