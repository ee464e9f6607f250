import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { errorText } from '../config/error-text.js';
import { KeptAnswer } from './answer-sink.js';
import type { AnswerEnding, AnswerRepository } from './answer.repository.js';

const LOOK_EVERY_MS = 500;
/** Rewriting a long answer costs more; it is then stored less often. */
const EXTRA_MS_PER_CHARACTER = 0.01;
const LONGEST_BETWEEN_MS = 5_000;
/** Also while nothing comes: a process that says nothing for 10 s is taken for dead. */
const ALIVE_EVERY_MS = 3_000;
const FINISH_TRIES = 6;
const FIRST_FINISH_PAUSE_MS = 250;

export interface AnswerIdentity {
  readonly messageId: number;
  readonly ownerId: number;
  /** UUID. */
  readonly requestId: string;
  readonly model: string;
}

/** Why an answer ends before it is whole, other than by an error. */
export type CutReason = 'stopped' | 'interrupted' | 'deleted' | 'too_long';

/**
 * An answer that is being written in this process: what comes is stored twice a second, not once a token, and stays
 * whatever happens to whoever reads along. Emits `close` when its last word is stored.
 */
export class RunningAnswer extends EventEmitter<{ close: [] }> {
  readonly kept: KeptAnswer;
  /** Resolves when the last word of it is stored. */
  readonly stored: Promise<void>;
  readonly #cut = new AbortController();
  readonly #startedAt = performance.now();
  #reason: CutReason | null = null;
  #storedChanges = 0;
  #lookedAt = performance.now();
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly identity: AnswerIdentity,
    private readonly repository: AnswerRepository,
    private readonly logger: Logger,
  ) {
    super();
    this.setMaxListeners(0);
    this.kept = new KeptAnswer(`req_${identity.requestId}`);
    this.stored = new Promise((resolve) => this.once('close', resolve));
  }

  /** Aborted when the provider need not go on. */
  get signal(): AbortSignal {
    return this.#cut.signal;
  }

  cut(reason: CutReason): void {
    this.#reason ??= reason;
    this.#cut.abort(reason);
  }

  /** `call` asks the provider and settles when it has been recorded. Never rejects. */
  async run(call: (answer: KeptAnswer, signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    try {
      await call(this.kept, this.signal);
    } catch (error) {
      this.logger.error({ err: error, message: this.identity.messageId }, 'an answer failed');
    }
    clearInterval(this.#timer);
    this.kept.end();
    await this.#looking;
    if (this.#reason !== 'deleted') await this.#finish();
    this.emit('close');
  }

  #look(): void {
    if (this.kept.tooLong) this.cut('too_long');
    if (this.#looking !== null) return;
    const { changes, bytesWritten } = this.kept;
    const now = performance.now();
    const pauseMs = Math.min(bytesWritten * EXTRA_MS_PER_CHARACTER, LONGEST_BETWEEN_MS);
    const due = changes !== this.#storedChanges && now - this.#lookedAt >= pauseMs;
    if (!due && now - this.#lookedAt < ALIVE_EVERY_MS) return;
    this.#lookedAt = now;
    this.#looking = this.#checkpoint(due ? changes : null).finally(() => (this.#looking = null));
  }

  async #checkpoint(changes: number | null): Promise<void> {
    try {
      const { messageId } = this.identity;
      const wish = await this.repository.checkpoint(messageId, changes === null ? null : this.kept.soFar);
      if (changes !== null) this.#storedChanges = changes;
      if (wish === 'stop') this.cut('stopped');
      else if (wish === 'gone') this.cut('deleted');
    } catch (error) {
      // It is all in memory still; the next look tries again.
      this.logger.warn(
        { detail: errorText(error), message: this.identity.messageId },
        'an answer is not stored yet',
      );
    }
  }

  async #finish(): Promise<void> {
    const { messageId, ownerId } = this.identity;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.repository.finish(messageId, ownerId, this.kept.soFar, this.#ending());
        return;
      } catch (error) {
        if (attempt === FINISH_TRIES) {
          this.logger.error({ err: error, message: messageId }, 'the end of an answer could not be stored');
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, FIRST_FINISH_PAUSE_MS * 2 ** attempt));
      }
    }
  }

  #ending(): AnswerEnding {
    const durationMs = Math.round(performance.now() - this.#startedAt);
    const { complete, error } = this.kept;
    if (complete) return { status: 'complete', error: null, durationMs };
    if (this.#reason === 'stopped') return { status: 'stopped', error: null, durationMs };
    if (this.#reason === 'too_long') return { status: 'failed', error: TOO_LONG, durationMs };
    if (error !== null) return { status: 'failed', error, durationMs };
    return { status: 'interrupted', error: null, durationMs };
  }
}

const TOO_LONG = {
  type: 'api_error',
  message: 'The answer is longer than what is kept of one; it was cut off.',
};
