import { IsEmail, IsString, MaxLength, MinLength } from 'class-validator';
import { ClearableField, OptionalField } from './optional-field.js';
import type { Permission } from './permissions.js';

/** Longer ones are refused before they are hashed. */
export const MAX_PASSWORD_LENGTH = 1024;
export const MIN_PASSWORD_LENGTH = 12;

export class LoginDto {
  @IsString() @MinLength(1) @MaxLength(320) email: string;
  @IsString() @MinLength(1) @MaxLength(MAX_PASSWORD_LENGTH) password: string;
}

export class ChangePasswordDto {
  /** Needed by whoever has one; for a first password a sign-in less than ten minutes old is asked for. */
  @OptionalField() @IsString() @MinLength(1) @MaxLength(MAX_PASSWORD_LENGTH) current_password?: string;
  @IsString() @MinLength(MIN_PASSWORD_LENGTH) @MaxLength(MAX_PASSWORD_LENGTH) new_password: string;
}

export class RegisterDto {
  @IsEmail() @MaxLength(320) email: string;
  @IsString() @MinLength(MIN_PASSWORD_LENGTH) @MaxLength(MAX_PASSWORD_LENGTH) password: string;
  @ClearableField() @IsString() @MaxLength(100) name?: string | null;
}

/** Somebody an administrator registered. */
export interface RegisteredUser {
  readonly user_id: number;
  readonly email: string;
  readonly name: string | null;
  readonly is_admin: false;
}

/** What everybody may change of his own account, apart from the password. */
export class UpdateProfileDto {
  /** Null or blank: none. */
  @ClearableField() @IsString() @MaxLength(100) name?: string | null;
}

export interface SignedInUser {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly is_admin: boolean;
  /** Until it is false, nothing but reading the own account and changing the password is open. */
  readonly must_change_password: boolean;
}

export interface LoginAnswer {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly user: SignedInUser;
}

export interface CurrentUser extends SignedInUser {
  readonly permissions: Readonly<Record<Permission, boolean>>;
}

export interface PasswordChanged {
  readonly success: true;
  readonly message: string;
  /** The tokens issued before are worth nothing any more; this one goes on. */
  readonly access_token: string;
  readonly token_type: 'bearer';
}

/** A sign-in on one device. */
export interface SessionView {
  readonly id: number;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly created_at: string;
  readonly last_used_at: string;
  /** When it ends if it is not used again. */
  readonly expires_at: string;
}

/** For its owner. */
export interface UserSession extends SessionView {
  /** The one that asks. */
  readonly current: boolean;
}

/** All at once: nobody has many. */
export interface UserSessions {
  readonly data: readonly UserSession[];
  readonly total: number;
}

/** Somebody else's, for those who administer users. */
export interface SessionsOfUser {
  readonly data: readonly SessionView[];
  readonly total: number;
}

export interface SignedOut {
  readonly success: true;
  readonly message: string;
}
