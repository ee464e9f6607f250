import {
  IsBoolean,
  IsEmail,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
} from 'class-validator';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './auth.js';
import { LimitFieldsDto, type LimitFieldsView } from './limits.js';
import { ClearableField, OptionalField } from './optional-field.js';
import { PERMISSIONS, type Permission } from './permissions.js';
import { LARGEST_ID, QueryBoolean, QueryInteger } from './query-values.js';

export type PermissionFlags = Readonly<Record<Permission, boolean>>;

/** An object whose keys are permissions and whose values say yes or no; those left out stay as they are. */
const IsPermissionFlags = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPermissionFlags',
    validator: {
      validate: (value: unknown) =>
        typeof value === 'object' &&
        value !== null &&
        Object.entries(value).every(
          ([code, granted]) =>
            typeof granted === 'boolean' && PERMISSIONS.some((permission) => permission.code === code),
        ),
      defaultMessage: () =>
        `permissions must map some of ${PERMISSIONS.map(({ code }) => code).join(', ')} to true or false`,
    },
  });

export class CreateUserDto extends LimitFieldsDto {
  @IsEmail() @MaxLength(320) email: string;
  /** Left out: one is made, shown once, and must be changed at the first sign-in. */
  @OptionalField()
  @IsString()
  @MinLength(MIN_PASSWORD_LENGTH)
  @MaxLength(MAX_PASSWORD_LENGTH)
  password?: string;
  @ClearableField() @IsString() @Matches(/\S/) @MaxLength(100) name?: string | null;
  @OptionalField() @IsBoolean() is_admin?: boolean;
  /** Over those that new users have. */
  @OptionalField() @IsObject() @IsPermissionFlags() permissions?: Partial<PermissionFlags>;
}

export class UpdateUserDto extends LimitFieldsDto {
  /** The version the change is made to; an older one is refused. Left out: whatever is there. */
  @OptionalField() @IsInt() @Min(1) version?: number;
  @OptionalField() @IsEmail() @MaxLength(320) email?: string;
  @ClearableField() @IsString() @Matches(/\S/) @MaxLength(100) name?: string | null;
  @OptionalField() @IsBoolean() is_admin?: boolean;
  @OptionalField() @IsBoolean() is_active?: boolean;
  /** Ends the user's sessions. */
  @OptionalField()
  @IsString()
  @MinLength(MIN_PASSWORD_LENGTH)
  @MaxLength(MAX_PASSWORD_LENGTH)
  password?: string;
}

export class UpdatePermissionsDto {
  /** The one in the path. */
  @IsInt() @Min(1) @Max(LARGEST_ID) user_id: number;
  @IsObject() @IsPermissionFlags() permissions: Partial<PermissionFlags>;
  @OptionalField() @IsInt() @Min(1) version?: number;
}

export class UserListQueryDto {
  @OptionalField() @QueryInteger(1, 1_000_000) page?: string;
  @OptionalField() @QueryInteger(1, 100) page_size?: string;
  /** Part of the e-mail or of the name, in any case. */
  @OptionalField() @IsString() @MaxLength(100) q?: string;
  @OptionalField() @QueryBoolean() is_active?: string;
}

export interface UserView extends LimitFieldsView {
  readonly id: number;
  readonly email: string;
  readonly name: string | null;
  readonly is_admin: boolean;
  readonly is_active: boolean;
  readonly must_change_password: boolean;
  readonly has_password: boolean;
  /** What he may do now: an administrator everything. */
  readonly permissions: PermissionFlags;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_login_at: string | null;
  readonly version: number;
}

export interface UserList {
  readonly users: readonly UserView[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
}

export interface CreatedUser extends UserView {
  /** Shown this once; null: a password was given. */
  readonly one_time_password: string | null;
}

export interface PasswordReset {
  readonly success: true;
  readonly message: string;
  /** Shown this once; must be changed at the next sign-in. */
  readonly one_time_password: string;
}

export interface UserPermissions {
  readonly user_id: number;
  readonly permissions: PermissionFlags;
}

export interface PermissionsChanged {
  readonly success: true;
  readonly message: string;
  readonly permissions: PermissionFlags;
}

export interface PermissionDescription {
  readonly code: Permission;
  readonly name: string;
  readonly category: 'feature' | 'admin';
  readonly description: string;
}

export interface PermissionTable {
  readonly permissions: readonly PermissionDescription[];
  readonly categories: readonly string[];
}
