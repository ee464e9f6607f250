import type { Loss, LossCode } from '../converters/loss.js';
import { refuseLosses } from '../converters/refuse-losses.js';
import { GatewayError } from '../errors/gateway-error.js';
import type { CatalogProvider, CatalogSnapshot } from '../providers/catalog-provider.js';
import type { ProviderHealthBoard } from '../providers/provider-health-board.js';
import type { ErrorClass } from '../resilience/error-class.js';
import type { Route } from '../routing/model-router.js';
import { continuedCall } from './continued-call.js';
import { ResumableAnswer } from './resumable-answer.js';
import { attemptHeaders } from './attempt-headers.js';
import type { AttemptResult, AttemptTrace } from './attempt-result.js';
import { classOfOutcome, traceAttempt } from './attempt-trace.js';
import { decisiveFailure, nobodyAvailable, type FailedTry } from './call-failure.js';
import { CALL_DEADLINE_MS } from './call-deadline.js';
import { explainHeader, wantsExplanation } from './explain-header.js';
import type { MessageHandlerRegistry } from './message-handler-registry.js';
import type {
  AttemptReport,
  CallOutcome,
  EmptyAnswer,
  FailedAttempt,
  MessageCall,
  MessageTarget,
  PreparedAttempt,
} from './message-call.js';
import { RunningAttempt } from './running-attempt.js';
import { pause, waitForTurn } from './waiting.js';
import { TargetPlan, type Candidate } from './target-plan.js';

/** Over retries and fallbacks together. */
const MAX_ATTEMPTS = 3;

type Settings = Pick<CatalogSnapshot, 'breaker' | 'emptyAnswerRetries'>;
type Headers = Readonly<Record<string, string>>;

interface Answerer {
  readonly target: MessageTarget;
  readonly losses: readonly LossCode[];
}

interface HeldAnswer extends Answerer {
  readonly answer: EmptyAnswer;
}

/** The attempts of one call. */
export class AttemptRun {
  readonly #plan: TargetPlan;
  readonly #traces: AttemptTrace[] = [];
  readonly #failures: (FailedTry & Answerer)[] = [];
  #empty: HeldAnswer | null = null;
  #emptyRetries = 0;
  /** Only where a stream may be continued. */
  readonly #resumable: ResumableAnswer | null;
  #continues = false;
  /** What the next attempt is to answer: the call itself, or from where its text broke off. */
  #current: MessageCall;
  #lastAttemptMs = 0;
  /** Those that the attempt now under way gives its answer. */
  #sentHeaders: Headers = {};

  constructor(
    private readonly call: MessageCall,
    private readonly route: Route<CatalogProvider>,
    private readonly settings: Settings,
    private readonly handlers: MessageHandlerRegistry,
    board: ProviderHealthBoard,
  ) {
    this.#plan = new TargetPlan(route, board, Math.random);
    const mayResume = call.request.stream && route.targets.some(({ provider }) => provider.resumeStreams);
    this.#resumable = mayResume ? new ResumableAnswer(call.answer) : null;
    if (mayResume) call.request.keep();
    this.#current = this.#resumable === null ? call : { ...call, answer: this.#resumable };
  }

  async run(): Promise<AttemptResult> {
    while (this.#traces.length < MAX_ATTEMPTS) {
      const now = performance.now();
      const step = this.#plan.next(now);
      if (step === null) break;
      const { candidate } = step;
      if (step.kind === 'wait') {
        const turn = await waitForTurn(candidate.condition.gate, this.call);
        if (turn === 'gone') return this.#clientGone(candidate.target);
        if (turn === 'late')
          candidate.drop('busy', 'at its limit of concurrent calls, and its queue is long');
        if (turn === 'late') continue;
      } else {
        if (!this.#hasTimeFor(step.delayMs, now)) break;
        if (step.delayMs > 0 && !(await pause(step.delayMs, this.call.signal))) {
          return this.#clientGone(candidate.target);
        }
        candidate.condition.gate.enter();
      }
      const result = await this.#attempt(candidate, step.kind === 'attempt' && step.panic);
      if (result !== null) return result;
    }
    return this.#giveUp();
  }

  /** One attempt, its place at the gate already taken; null: it failed, and others may be tried. */
  async #attempt(candidate: Candidate, panic: boolean): Promise<AttemptResult | null> {
    const { target, condition } = candidate;
    let attempt: RunningAttempt | null = null;
    try {
      const prepared = this.#prepare(candidate);
      if (prepared === null) return null;
      const startedAt = performance.now();
      this.#plan.began(candidate, startedAt);
      attempt = new RunningAttempt(condition, condition.begin(startedAt, panic), startedAt);
      const answerer = { target, losses: codesOf(prepared.losses) };
      this.#sentHeaders = this.#headers(answerer, this.#traces.length + 1);
      const report = await prepared.run(this.#sentHeaders, attempt);
      const settled = this.#settle(candidate, attempt, answerer, report);
      attempt = null;
      return settled;
    } finally {
      attempt?.abandon(performance.now());
      condition.gate.leave();
    }
  }

  /** Null: another target has been tried already, and this one's dialect cannot say what the caller asks. */
  #prepare(candidate: Candidate): PreparedAttempt | null {
    const { target } = candidate;
    try {
      const prepared = this.handlers.of(target.provider.dialect).prepare(this.#current, target);
      refuseStrictly(this.call, target, prepared.losses);
      this.#current.request.release();
      return prepared;
    } catch (error) {
      if (this.#traces.length === 0 || !(error instanceof GatewayError)) throw error;
      candidate.drop('not_needed', error.message);
      return null;
    }
  }

  #settle(
    candidate: Candidate,
    attempt: RunningAttempt,
    answerer: Answerer,
    report: AttemptReport,
  ): AttemptResult | null {
    const { outcome } = report;
    const now = performance.now();
    this.#lastAttemptMs = now - attempt.startedAt;
    this.#traces.push(traceAttempt(this.call, answerer, attempt.startedAt, now, report));
    this.call.usage.attemptEnded(outcome.usage);
    switch (outcome.kind) {
      case 'answered':
        attempt.succeed(answerer.target.model, now);
        return this.#result(answerer, outcome);
      case 'client_gone':
        attempt.abandon(now);
        return this.#result(answerer, outcome);
      case 'empty':
        this.#fail(candidate, attempt, outcome, now);
        this.#empty = { ...answerer, answer: outcome };
        return !this.#continues && this.#mayAskAgain() ? null : this.#passEmptyOn(this.#empty);
      case 'failed':
        return this.#settleFailure(candidate, attempt, answerer, outcome, now);
      default:
        return outcome satisfies never;
    }
  }

  #settleFailure(
    candidate: Candidate,
    attempt: RunningAttempt,
    answerer: Answerer,
    outcome: FailedAttempt,
    now: number,
  ): AttemptResult | null {
    const goesOn =
      outcome.committed && candidate.target.provider.resumeStreams && this.#resumable?.resumable === true;
    this.#fail(candidate, attempt, outcome, now, goesOn);
    if (goesOn) this.#continue(outcome.usage?.output_tokens ?? 0);
    else if (outcome.committed) {
      this.#resumable?.giveUp();
      return this.#result(answerer, outcome);
    } else if (this.#continues) this.#resumable?.resumeAgain();
    this.#failures.push({ ...answerer, outcome: { ...outcome, committed: false }, endedAt: now });
    return null;
  }

  /** The next attempt goes on from the text that the client has. */
  #continue(outputTokens: number): void {
    if (this.#resumable === null) return;
    this.#continues = true;
    this.#current = continuedCall(this.call, this.#resumable, this.#resumable.text);
    this.#resumable.resume(outputTokens);
    this.#plan.dropWhoCannotContinue();
  }

  #fail(
    candidate: Candidate,
    attempt: RunningAttempt,
    outcome: FailedAttempt | EmptyAnswer,
    now: number,
    goesOn = false,
  ): void {
    const error = outcome.kind === 'failed' ? outcome.error : undefined;
    const errorClass: ErrorClass = classOfOutcome(outcome) ?? 'bad_answer';
    const hintSeconds = error?.retryAfterSeconds;
    attempt.fail(
      {
        callId: this.call.id,
        model: candidate.target.model,
        errorClass,
        message: error?.message ?? '',
        hintSeconds,
      },
      this.settings.breaker,
      now,
    );
    this.#plan.failed(candidate, {
      errorClass,
      hintSeconds,
      finalHere: error?.shouldRetry === false,
      goesOn,
    });
  }

  /** Whether an empty answer is worth another attempt; who was named explicitly is taken at its word. */
  #mayAskAgain(): boolean {
    if (this.route.explicit || this.#emptyRetries >= this.settings.emptyAnswerRetries) return false;
    this.#emptyRetries++;
    return true;
  }

  #giveUp(): AttemptResult {
    if (this.#empty !== null) return this.#passEmptyOn(this.#empty);
    const now = performance.now();
    const failure = decisiveFailure(this.#failures, now);
    if (failure !== undefined) return this.#result(failure, failure.outcome);
    const error = nobodyAvailable(this.#plan.candidates, now);
    return this.#result(null, { kind: 'failed', error, committed: false, usage: null });
  }

  #passEmptyOn({ answer, ...answerer }: HeldAnswer): AttemptResult {
    answer.deliver(this.#headers(answerer, this.#traces.length));
    return this.#result(answerer, { kind: 'answered', status: 200, usage: answer.usage });
  }

  #clientGone(target: MessageTarget): AttemptResult {
    return this.#result({ target, losses: [] }, { kind: 'client_gone', usage: null });
  }

  /** A last attempt that would be cut off by the deadline of the call is not begun. */
  #hasTimeFor(delayMs: number, now: number): boolean {
    return now + delayMs + this.#lastAttemptMs < this.call.startedAt + CALL_DEADLINE_MS;
  }

  #result(answerer: Answerer | null, outcome: CallOutcome): AttemptResult {
    return {
      target: answerer?.target ?? null,
      outcome,
      attempts: this.#traces,
      candidates: this.#plan.traces(),
      headers: outcome.kind === 'failed' ? this.#headers(answerer, this.#traces.length) : this.#sentHeaders,
      losses: answerer?.losses ?? [],
    };
  }

  #headers(answerer: Answerer | null, attempts: number): Headers {
    const headers = attemptHeaders(this.call, answerer, attempts);
    if (!wantsExplanation(this.call)) return headers;
    return { ...headers, ...explainHeader(this.#traces, this.#plan.traces()) };
  }
}

/** The key is asked first: its owner can do something about it. */
function refuseStrictly(call: MessageCall, target: MessageTarget, losses: readonly Loss[]): void {
  if (call.principal.strict) refuseLosses(losses, 'this API key');
  if (target.provider.strict) refuseLosses(losses, `provider '${target.provider.name}'`);
}

const NO_LOSSES: readonly LossCode[] = [];

/** Each once. */
function codesOf(losses: readonly Loss[]): readonly LossCode[] {
  return losses.length === 0 ? NO_LOSSES : [...new Set(losses.map(({ code }) => code))];
}
