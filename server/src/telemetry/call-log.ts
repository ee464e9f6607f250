import type { Logger } from 'pino';

/** What `observability` says of the log. */
export interface LogSettings {
  /** Null: LOG_LEVEL decides. */
  readonly level: 'debug' | 'info' | 'warning' | 'error' | null;
  /** Share of the calls answered in time that leave a line, 0 to 1. */
  readonly samplingRate: number;
  /** Null: no call is called slow. */
  readonly slowAfterMs: number | null;
}

export const DEFAULT_LOG_SETTINGS: LogSettings = Object.freeze({
  level: null,
  samplingRate: 1,
  slowAfterMs: 5_000,
});

/** Fields of its line. */
export interface AnsweredCall {
  readonly durationMs: number;
  readonly [field: string]: unknown;
}

/** The lines of calls that went well: a share of them, and each that took long. Those that failed are never left out. */
export class CallLog {
  #settings = DEFAULT_LOG_SETTINGS;
  readonly #ownLevel: string;

  constructor(
    private readonly logger: Logger,
    private readonly random: () => number = Math.random,
  ) {
    this.#ownLevel = logger.level;
  }

  /** In force for every line of this process from now on. */
  apply(settings: LogSettings): void {
    this.#settings = settings;
    const level = settings.level === 'warning' ? 'warn' : settings.level;
    this.logger.level = level ?? this.#ownLevel;
  }

  answered(event: AnsweredCall): void {
    const { samplingRate, slowAfterMs } = this.#settings;
    if (slowAfterMs !== null && event.durationMs > slowAfterMs)
      this.logger.warn({ ...event, slowAfterMs }, 'call answered slowly');
    else if (samplingRate >= 1 || this.random() < samplingRate) this.logger.info(event, 'call answered');
  }
}
