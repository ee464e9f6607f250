import { Injectable } from '@nestjs/common';
import { InvalidCredentialsError, TooManyAttemptsError } from '../errors/caller-errors.js';
import { PasswordHasher, type HashingTurn } from '../users/password-hasher.js';
import { SignInFailures } from './sign-in-failures.repository.js';
import { signInLimits } from './sign-in-limits.js';

/** Whose password is tried, from where. */
export interface Attempt {
  readonly email: string;
  readonly address: string;
}

/** A password against the stored hash, with guesses slowed down. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly passwords: PasswordHasher,
    private readonly failures: SignInFailures,
  ) {}

  /** As `passInTurn`, in a turn of its own. Throws `SignInBusyError` when too many wait for one already. */
  pass(attempt: Attempt, hash: string | null, password: string): Promise<void> {
    return this.passwords.inTurn((turn) => this.passInTurn(turn, attempt, hash, password));
  }

  /**
   * Resolves when the password is right. Throws `InvalidCredentialsError`, after the same time when there is no hash
   * to compare with, or `TooManyAttemptsError`.
   */
  async passInTurn(
    turn: HashingTurn,
    { email, address }: Attempt,
    hash: string | null,
    password: string,
  ): Promise<void> {
    const limits = signInLimits(email, address);
    const waitSeconds = await this.failures.count(limits);
    if (waitSeconds > 0) throw new TooManyAttemptsError(waitSeconds);
    if (!(await turn.verify(hash, password))) throw new InvalidCredentialsError();
    await this.failures.takeBack(limits);
  }
}
