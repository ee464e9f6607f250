import { constants } from 'node:os';

/** One Ctrl-C arrives several times: from the terminal, from npm, from the entry script. */
const REPETITION_MS = 1000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type StopSignal = (typeof SIGNALS)[number];

/** What a person or a process manager wants: first to stop in good order, then, repeated, at once. */
export class StopSignals {
  readonly #requested = new AbortController();
  readonly #insisted = new AbortController();
  readonly #now: () => number;
  #first: { readonly at: number; readonly signal: StopSignal } | null = null;

  /** @param now in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Aborts with the first signal. */
  get requested(): AbortSignal {
    return this.#requested.signal;
  }

  /** Aborts with a signal that comes more than a second after the first. */
  get insisted(): AbortSignal {
    return this.#insisted.signal;
  }

  /** 128 + the number of the first signal. */
  get exitCode(): number {
    return 128 + constants.signals[this.#first?.signal ?? 'SIGTERM'];
  }

  receive(signal: StopSignal): void {
    if (this.#first === null) {
      this.#first = { at: this.#now(), signal };
      this.#requested.abort();
    } else if (this.#now() - this.#first.at > REPETITION_MS) {
      this.#insisted.abort();
    }
  }
}

/** Signals from now on stop nothing by themselves. The end of the parent counts as a SIGTERM. */
export function listenForStopSignals(): StopSignals {
  const stop = new StopSignals(() => performance.now());
  for (const signal of SIGNALS) process.on(signal, () => stop.receive(signal));
  process.on('disconnect', () => stop.receive('SIGTERM'));
  // A listener for `disconnect` would keep this process running.
  process.channel?.unref();
  return stop;
}
