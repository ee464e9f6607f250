import { availableParallelism } from 'node:os';
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SignInBusyError } from '../errors/gateway-state-errors.js';

/** Argon2id with 46 MiB and one pass: the minimum of OWASP ASVS 5, appendix C. About 50 ms of one core. */
const PARAMETERS = { memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;
const MAX_WAITING = 32;

/**
 * Hashes passwords on libuv's threads: half the cores at most, the other half goes on with the calls, and a bounded
 * number waiting, so that a burst of sign-ins cannot starve the rest of the process.
 */
@Injectable()
export class PasswordHasher implements OnApplicationBootstrap {
  private readonly lanes = Math.max(1, Math.floor(availableParallelism() / 2));
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** The hash of nobody's password. */
  private decoy: Promise<string> | null = null;

  async onApplicationBootstrap(): Promise<void> {
    await this.decoyHash();
  }

  /** Throws `SignInBusyError` when too many wait already: before anything else is done for a sign-in. */
  refuseWhenFull(): void {
    if (this.running >= this.lanes && this.waiting.length >= MAX_WAITING) throw new SignInBusyError();
  }

  /** In PHC format. Throws `SignInBusyError` when too many wait already. */
  hash(password: string): Promise<string> {
    return this.inLane(() => hash(password, PARAMETERS));
  }

  /** With no hash to compare with it takes the same time and the answer is no. Throws as `hash` does. */
  verify(passwordHash: string | null, password: string): Promise<boolean> {
    return this.inLane(async () => {
      const matches = await verify(passwordHash ?? (await this.decoyHash()), password);
      return matches && passwordHash !== null;
    });
  }

  private decoyHash(): Promise<string> {
    this.decoy ??= hash(randomBytes(32), PARAMETERS);
    return this.decoy;
  }

  private async inLane<T>(work: () => Promise<T>): Promise<T> {
    this.refuseWhenFull();
    if (this.running >= this.lanes) {
      const turn = Promise.withResolvers<void>();
      this.waiting.push(turn.resolve);
      await turn.promise;
    } else {
      this.running += 1;
    }
    try {
      return await work();
    } finally {
      // The lane goes to the next in line, or is free.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
