import { Injectable } from '@nestjs/common';
import { InvalidCredentialsError, TooManyAttemptsError } from '../errors/caller-errors.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { LoginThrottle } from './login-throttle.js';

/** A password against the stored hash, with guesses slowed down. */
@Injectable()
export class PasswordCheck {
  private readonly throttle = new LoginThrottle();

  constructor(private readonly passwords: PasswordHasher) {}

  /**
   * Resolves when the password is right. Throws `InvalidCredentialsError`, after the same time when there is no hash
   * to compare with, `TooManyAttemptsError` or `SignInBusyError`.
   */
  async pass(email: string, address: string, hash: string | null, password: string): Promise<void> {
    const waitSeconds = this.throttle.waitSeconds(email, address, Date.now());
    if (waitSeconds > 0) throw new TooManyAttemptsError(waitSeconds);
    // Counted before the slow part, so that a burst of guesses is not free until the first one is through.
    this.throttle.recordFailure(email, address, Date.now());
    if (!(await this.passwords.verify(hash, password))) throw new InvalidCredentialsError();
    this.throttle.recordSuccess(email, address);
  }
}
