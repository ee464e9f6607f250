import type { ConcurrencyGate } from '../resilience/concurrency-gate.js';
import type { MessageCall } from './message-call.js';

const LONGEST_WAIT_MS = 5_000;

/** Resolves after a while; false at once when the client has gone. */
export function pause(delayMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(false);
      return;
    }
    const onGone = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onGone);
      resolve(true);
    }, delayMs);
    signal.addEventListener('abort', onGone, { once: true });
  });
}

/**
 * Waits in the queue of a provider that is at its limit, in turn with the other keys. `admitted`: the call is in,
 * pair it with `leave`. `late`: not in time, or the queue is full.
 */
export function waitForTurn(gate: ConcurrencyGate, call: MessageCall): Promise<'admitted' | 'late' | 'gone'> {
  return new Promise((resolve) => {
    const end = (how: 'admitted' | 'late' | 'gone'): void => {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', onGone);
      if (how !== 'admitted' && waiting !== null) gate.cancel(waiting);
      resolve(how);
    };
    const onGone = (): void => end('gone');
    const timer = setTimeout(() => end('late'), LONGEST_WAIT_MS);
    const { keyId, userId } = call.principal;
    const waiting = gate.wait(keyId === null ? `user ${userId}` : `key ${keyId}`, () => end('admitted'));
    if (waiting === null) end('late');
    else if (call.signal.aborted) end('gone');
    else call.signal.addEventListener('abort', onGone, { once: true });
  });
}
