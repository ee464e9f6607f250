import { describe, expect, it } from '@jest/globals';
import { StopSignals } from './stop-signals.ts';

/** The state after each of the signals, given as seconds since the first. */
function after(...seconds: number[]): string {
  let nowMs = 0;
  const stop = new StopSignals(() => nowMs);
  for (const second of seconds) {
    nowMs = second * 1000;
    stop.receive('SIGINT');
  }
  return stop.insisted.aborted ? 'at once' : stop.requested.aborted ? 'in order' : 'running';
}

describe('signals to stop', () => {
  it.each<[string, number[], string]>([
    ['none', [], 'running'],
    ['one', [0], 'in order'],
    ['the same Ctrl-C from the terminal, npm and the entry script', [0, 0.001, 0.03], 'in order'],
    ['one more within a second', [0, 0.9], 'in order'],
    ['exactly a second later', [0, 1], 'in order'],
    ['one more after a second', [0, 1.1], 'at once'],
    ['an echo, then one after a second', [0, 0.5, 1.2], 'at once'],
  ])('%s', (_what, seconds, state) => {
    expect(after(...seconds)).toBe(state);
  });

  it('tell the exit code of the first', () => {
    const stop = new StopSignals(() => 0);
    stop.receive('SIGTERM');
    stop.receive('SIGINT');
    expect(stop.exitCode).toBe(143);
  });
});
