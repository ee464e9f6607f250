import { Injectable } from '@nestjs/common';
import type { RegisterDto, RegisteredUser } from '@ccs/dto';
import { UserAdministration, type Administrator } from '../users/user-administration.js';

/** Users whom an administrator registers, by the original's path. Nobody registers himself. */
@Injectable()
export class RegistrationService {
  constructor(private readonly administration: UserAdministration) {}

  /** With the permissions of a new user. Throws `ValidationFailedError`, `ConflictError`. */
  async register(by: Administrator, { email, password, name }: RegisterDto): Promise<RegisteredUser> {
    const named = typeof name === 'string' && name.trim() !== '' ? { name } : {};
    const user = await this.administration.create(by, { email, password, ...named });
    return { user_id: user.id, email: user.email, name: user.name, is_admin: false };
  }
}
