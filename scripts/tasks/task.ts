import type { StopSignals } from '../process/stop-signals.ts';

/**
 * One npm command. Returns the exit code; throws `TaskError` for what a person can mend, `StoppedError` when it
 * gave up because of `stop`. Ends everything it started before it settles.
 */
export type Task = (args: readonly string[], stop: StopSignals) => Promise<number>;
