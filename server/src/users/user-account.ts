import type { Principal } from '../auth/principal.js';

/** A user as the other rooms see one. */
export interface UserAccount {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly isAdmin: boolean;
  readonly isActive: boolean;
  readonly mustChangePassword: boolean;
  readonly credentialsVersion: number;
  /** Who he is when he calls with a session. */
  readonly principal: Principal;
}

/** For whoever verifies a password. */
export interface UserWithPassword {
  readonly account: UserAccount;
  /** Argon2id in PHC format; null: this user has no password. */
  readonly passwordHash: string | null;
}
