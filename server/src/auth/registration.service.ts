import { Injectable } from '@nestjs/common';
import type { RegisterDto, RegisteredUser } from '@ccs/dto';
import { ConflictError, PermissionDeniedError, ValidationFailedError } from '../errors/caller-errors.js';
import { PasswordHasher } from '../users/password-hasher.js';
import { passwordProblem } from '../users/password-rules.js';
import { UserRepository } from '../users/user.repository.js';
import type { Principal } from './principal.js';

/** Users whom an administrator registers. Nobody registers himself. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly users: UserRepository,
    private readonly passwords: PasswordHasher,
  ) {}

  /** With the permissions of a new user. Throws `PermissionDeniedError`, `ValidationFailedError`, `ConflictError`. */
  async register(caller: Principal, dto: RegisterDto): Promise<RegisteredUser> {
    if (!caller.isAdmin) throw new PermissionDeniedError('Only an administrator registers users');
    const email = dto.email.toLowerCase();
    const name = dto.name?.trim() || null;
    const problem = await passwordProblem(dto.password, { email, name });
    if (problem !== null) throw unfitPassword('/password', problem);
    const passwordHash = await this.passwords.hash(dto.password);
    const user = await this.users.insert({ email, name, passwordHash });
    if (user === null) throw new ConflictError('Email already registered');
    return { user_id: user.id, email: user.email, name: user.name, is_admin: false };
  }
}

/** `problem`: what is wrong, as `passwordProblem` says it. */
export function unfitPassword(pointer: string, problem: string): ValidationFailedError {
  return new ValidationFailedError([
    { pointer, code: 'unfit_password', detail: `${pointer.slice(1)} ${problem}` },
  ]);
}
