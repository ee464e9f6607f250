import { Injectable } from '@nestjs/common';
import {
  InvalidCredentialsError,
  StaleSignInError,
  TooManyAttemptsError,
  ValidationFailedError,
} from '../errors/caller-errors.js';
import { PasswordHasher, type HashingTurn } from '../users/password-hasher.js';
import { SessionDirectory } from './session-directory.js';
import { SignInFailures } from './sign-in-failures.repository.js';
import { signInLimits } from './sign-in-limits.js';

/** Whose password is tried, from where. */
export interface Attempt {
  readonly email: string;
  readonly address: string;
}

/** What a session asks for that it alone is not enough for. */
export interface OwnersRequest extends Attempt {
  readonly sessionId: number;
  /** What was given as the current password. */
  readonly password: string | undefined;
}

const FRESH_MS = 10 * 60_000;

/** A password against the stored hash, with guesses slowed down. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly passwords: PasswordHasher,
    private readonly failures: SignInFailures,
    private readonly sessions: SessionDirectory,
  ) {}

  /**
   * Resolves when it is the owner who asks, not just somebody at his open session: by his password, or, when he has
   * none, by a sign-in less than ten minutes old. Throws `ValidationFailedError` for a missing password,
   * `StaleSignInError`, and as `passInTurn`.
   */
  async confirmOwner(turn: HashingTurn, request: OwnersRequest, hash: string | null): Promise<void> {
    if (hash === null) return this.confirmFresh(request.sessionId);
    if (request.password === undefined) {
      const detail = 'current_password is needed';
      throw new ValidationFailedError([{ pointer: '/current_password', code: 'required', detail }]);
    }
    await this.passInTurn(turn, request, hash, request.password);
  }

  /** As `confirmOwner`, in a turn of its own. Throws `SignInBusyError` when too many wait for one already. */
  confirmOwnerNow(request: OwnersRequest, hash: string | null): Promise<void> {
    return this.passwords.inTurn((turn) => this.confirmOwner(turn, request, hash));
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

  private async confirmFresh(sessionId: number): Promise<void> {
    const session = await this.sessions.find(sessionId);
    if (session === null || Date.now() - session.openedAtMs > FRESH_MS) throw new StaleSignInError();
  }
}
