import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SignInBusyError } from '../errors/gateway-state-errors.js';
import { HashingThread } from './hashing-thread.js';

const MAX_WAITING = 32;
/** Of a password nobody has: 32 random bytes that were thrown away. */
const DECOY =
  '$argon2id$v=19$m=47104,t=1,p=1$6AUnu1ucwZFIqWZu+Hrimw$1JoVYDGc9rnaFY+BHVK/J+HMAYk2dU2VsRv933w9sBE';

/**
 * Hashes passwords in threads of low priority: half as many as there are cores, and a bounded number waiting, so that
 * a burst of sign-ins cannot starve the calls.
 */
@Injectable()
export class PasswordHasher implements OnApplicationShutdown {
  private readonly threads = Array.from(
    { length: Math.max(1, Math.floor(availableParallelism() / 2)) },
    () => new HashingThread(),
  );
  private readonly idle = [...this.threads];
  private readonly waiting: ((thread: HashingThread) => void)[] = [];

  /** Throws `SignInBusyError` when too many wait already: before anything else is done for a sign-in. */
  refuseWhenFull(): void {
    if (this.idle.length === 0 && this.waiting.length >= MAX_WAITING) throw new SignInBusyError();
  }

  /** In PHC format. Throws `SignInBusyError` when too many wait already. */
  hash(password: string): Promise<string> {
    return this.withThread((thread) => thread.hash(password));
  }

  /** With no hash to compare with it takes the same time and the answer is no. Throws as `hash` does. */
  async verify(passwordHash: string | null, password: string): Promise<boolean> {
    const matches = await this.withThread((thread) => thread.verify(passwordHash ?? DECOY, password));
    return matches && passwordHash !== null;
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private async withThread<T>(work: (thread: HashingThread) => Promise<T>): Promise<T> {
    this.refuseWhenFull();
    const thread = this.idle.pop() ?? (await this.turn());
    try {
      return await work(thread);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(thread);
      else next(thread);
    }
  }

  private turn(): Promise<HashingThread> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
