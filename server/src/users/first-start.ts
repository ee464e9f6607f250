import { Inject, Injectable } from '@nestjs/common';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { Secret } from '../config/secret.js';
import { StartupError } from '../config/startup-error.js';
import { oneTimePassword as makeOneTimePassword } from './one-time-password.js';
import { PasswordHasher } from './password-hasher.js';
import { UserRepository } from './user.repository.js';

/** What the first start made and nobody will be told again. */
export interface FirstStart {
  readonly email: string;
  /** Must be changed at the first sign-in; null: ADMIN_PASSWORD was used. */
  readonly oneTimePassword: Secret | null;
  /** For this machine's Claude Code; null: the gateway listens beyond loopback, where nothing secret is printed. */
  readonly apiKey: Secret | null;
}

/** Makes the first administrator of an empty database. */
@Injectable()
export class FirstStartService {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    private readonly users: UserRepository,
    private readonly apiKeys: ApiKeysService,
    private readonly passwords: PasswordHasher,
  ) {}

  /**
   * Null when there are users already, or another process was quicker. Call it before listening. Throws
   * `StartupError` when the database is empty and, beyond loopback, ADMIN_PASSWORD is not set.
   */
  async run(): Promise<FirstStart | null> {
    if (!(await this.users.isEmpty())) return null;
    const { adminEmail, adminPassword, listensOnLoopback } = this.environment;
    if (adminPassword === null && !listensOnLoopback) {
      throw new StartupError(
        'ADMIN_PASSWORD: required for the first start beyond loopback (at least 12 characters). ' +
          `It becomes the password of ${adminEmail}.`,
      );
    }
    const password = adminPassword ?? new Secret(makeOneTimePassword());
    const oneTimePassword = adminPassword === null ? password : null;
    const passwordHash = await this.passwords.hash(password.reveal());
    const firstKey = listensOnLoopback
      ? this.apiKeys.prepare({ name: 'First key', email: null, expiresAt: null, strict: false })
      : null;
    const created = await this.users.insertFirstAdministrator(
      { email: adminEmail, passwordHash, mustChangePassword: oneTimePassword !== null },
      firstKey?.record ?? null,
    );
    if (created === null) return null;
    return {
      email: adminEmail,
      oneTimePassword,
      apiKey: firstKey === null ? null : new Secret(firstKey.key),
    };
  }
}
