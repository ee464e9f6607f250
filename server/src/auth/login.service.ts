import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { LoginDto } from '@ccs/dto';
import { InvalidCredentialsError, PermissionDeniedError } from '../errors/caller-errors.js';
import { PasswordHasher, type HashingTurn } from '../users/password-hasher.js';
import { UserRepository } from '../users/user.repository.js';
import { PasswordCheck } from './password-check.js';
import { SessionTrail } from './session-trail.js';
import { Sessions, type OpenSession } from './sessions.js';
import type { SignInContext } from './sign-in-context.js';

/**
 * Refusals come at whole steps of time: of a known account a row is read and written more, 0.15 ms that 200 samples
 * can tell (`npm run bench -- --only login`).
 */
const REFUSAL_STEP_MS = 25;

/** Signing in with e-mail and password. */
@Injectable()
export class LoginService {
  constructor(
    private readonly users: UserRepository,
    private readonly passwords: PasswordHasher,
    private readonly check: PasswordCheck,
    private readonly sessions: Sessions,
    private readonly trail: SessionTrail,
  ) {}

  /** An unknown e-mail takes as long and gets the same answer. Throws `SignInBusyError` when too many sign in. */
  async login(dto: LoginDto, context: SignInContext): Promise<OpenSession> {
    const startedAt = performance.now();
    try {
      return await this.passwords.inTurn((turn) => this.loginInTurn(turn, dto, context));
    } catch (error) {
      if (error instanceof InvalidCredentialsError) await nextStep(startedAt);
      throw error;
    }
  }

  private async loginInTurn(turn: HashingTurn, dto: LoginDto, context: SignInContext): Promise<OpenSession> {
    const email = dto.email.trim().toLowerCase();
    const who = { email, address: context.address };
    const user = await this.users.findByEmail(email);
    try {
      await this.check.passInTurn(turn, who, user?.passwordHash ?? null, dto.password);
      if (user === null) throw new InvalidCredentialsError();
      return await this.sessions.open(user.account, context, 'password');
    } catch (error) {
      const refused = error instanceof InvalidCredentialsError || error instanceof PermissionDeniedError;
      if (refused) {
        const why = { means: 'password', reason: error.code } as const;
        await this.trail.refused(email, context, why, user?.account ?? null);
      }
      throw error;
    }
  }
}

/** What is left of the step of time that runs: what has taken longer by a query then ends at the same moment. */
function nextStep(startedAt: number): Promise<void> {
  return sleep(REFUSAL_STEP_MS - ((performance.now() - startedAt) % REFUSAL_STEP_MS));
}
