import { CALL_DEADLINE_MS } from '../call-deadline.js';
import { CLIENT_STALL_MS, HEARTBEAT_MS } from './attempt-bounds.js';

/** Milliseconds. */
export interface AttemptLimits {
  /** Until a stream has its first event. */
  readonly timeoutMs: number;
  /** Until a plain answer is there. */
  readonly plainTimeoutMs: number;
  /** Between two reads of a stream. */
  readonly streamIdleTimeoutMs: number;
}

/** What it is time for. `stalled`: the client has read nothing for too long; `silent`: it has heard nothing. */
export type Due = 'timeout' | 'stalled' | 'silent' | null;

/** The times of one attempt, by `performance.now()`. */
export class AttemptClock {
  readonly #startedAt = performance.now();
  #lastByteAt = 0;
  #lastWriteAt: number;
  #pausedAt: number | null = null;

  /**
   * @param callStartedAt its deadline counts from there
   * @param heardAt when the client last heard of the call
   */
  constructor(
    private readonly limits: AttemptLimits,
    private readonly isStream: boolean,
    private readonly callStartedAt: number,
    heardAt: number,
  ) {
    this.#lastWriteAt = heardAt;
  }

  get lastByteAt(): number {
    return this.#lastByteAt;
  }

  /** Something of the provider has come. */
  read(): void {
    this.#lastByteAt = performance.now();
  }

  /** What has just come went on to the client. */
  passedOn(): void {
    this.#lastWriteAt = this.#lastByteAt;
  }

  /** The client was told something at that time. */
  told(now: number): void {
    this.#lastWriteAt = now;
  }

  /** The client does not read: until it does, the provider is not expected to say anything. */
  pause(): void {
    this.#pausedAt = performance.now();
  }

  resume(): void {
    this.#pausedAt = null;
    this.#lastByteAt = this.#lastWriteAt = performance.now();
  }

  /** @param hasBegun a stream has had its first event */
  due(now: number, hasBegun: boolean): Due {
    if (this.#pausedAt !== null) return now - this.#pausedAt > CLIENT_STALL_MS ? 'stalled' : null;
    if (now > this.#deadline(hasBegun)) return 'timeout';
    return this.isStream && now - this.#lastWriteAt >= HEARTBEAT_MS ? 'silent' : null;
  }

  #deadline(hasBegun: boolean): number {
    const { timeoutMs, plainTimeoutMs, streamIdleTimeoutMs } = this.limits;
    const ofCall = this.callStartedAt + CALL_DEADLINE_MS;
    if (!this.isStream) return Math.min(ofCall, this.#startedAt + plainTimeoutMs);
    return Math.min(ofCall, hasBegun ? this.#lastByteAt + streamIdleTimeoutMs : this.#startedAt + timeoutMs);
  }
}
