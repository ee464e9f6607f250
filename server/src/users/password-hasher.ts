import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SignInBusyError } from '../errors/gateway-state-errors.js';
import { HashingThread } from './hashing-thread.js';

const MAX_WAITING = 32;
/** Of a password nobody has: 32 random bytes that were thrown away. */
const DECOY =
  '$argon2id$v=19$m=47104,t=1,p=1$6AUnu1ucwZFIqWZu+Hrimw$1JoVYDGc9rnaFY+BHVK/J+HMAYk2dU2VsRv933w9sBE';

/** The right to hash, one password after another. Good only until the work it was given for is done. */
export interface HashingTurn {
  /** In PHC format. */
  hash(password: string): Promise<string>;
  /** With no hash to compare with it takes the same time and the answer is no. */
  verify(passwordHash: string | null, password: string): Promise<boolean>;
}

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

  /**
   * Does `work` when its turn comes. What belongs to a password's check, its queries too, belongs into `work`: then
   * a crowd is as small for the database as for the processor. `work` must not ask for another turn. Throws
   * `SignInBusyError` when too many wait already.
   */
  async inTurn<T>(work: (turn: HashingTurn) => Promise<T>): Promise<T> {
    const thread = this.idle.pop() ?? (await this.nextIdle());
    try {
      return await work(turnOf(thread));
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(thread);
      else next(thread);
    }
  }

  /** In PHC format. Throws `SignInBusyError` when too many wait already. */
  hash(password: string): Promise<string> {
    return this.inTurn((turn) => turn.hash(password));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.close()));
  }

  private nextIdle(): Promise<HashingThread> {
    if (this.waiting.length >= MAX_WAITING) throw new SignInBusyError();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

function turnOf(thread: HashingThread): HashingTurn {
  return {
    hash: (password) => thread.hash(password),
    verify: async (passwordHash, password) => {
      const matches = await thread.verify(passwordHash ?? DECOY, password);
      return matches && passwordHash !== null;
    },
  };
}
