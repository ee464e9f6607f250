import { Injectable } from '@nestjs/common';
import { InvalidCredentialsError, TooManyAttemptsError } from '../errors/caller-errors.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { SignInFailures } from './sign-in-failures.repository.js';
import { signInLimits } from './sign-in-limits.js';

/** A password against the stored hash, with guesses slowed down. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly passwords: PasswordHasher,
    private readonly failures: SignInFailures,
  ) {}

  /**
   * Resolves when the password is right. Throws `InvalidCredentialsError`, after the same time when there is no hash
   * to compare with, `TooManyAttemptsError` or `SignInBusyError`.
   */
  async pass(email: string, address: string, hash: string | null, password: string): Promise<void> {
    this.passwords.refuseWhenFull();
    const limits = signInLimits(email, address);
    const waitSeconds = await this.failures.count(limits);
    if (waitSeconds > 0) throw new TooManyAttemptsError(waitSeconds);
    if (!(await this.passwords.verify(hash, password))) throw new InvalidCredentialsError();
    await this.failures.takeBack(limits);
  }
}
