import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsISO8601,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { LimitFieldsDto, type LimitFieldsView } from './limits.js';
import { ClearableField, OptionalField } from './optional-field.js';
import { PagingQueryDto } from './paging.js';
import { LARGEST_ID, QueryBoolean, QueryInteger } from './query-values.js';

/** A rotated key's former secret goes on working for at most this long. */
export const MAX_OVERLAP_HOURS = 72;

export class CreateApiKeyDto extends LimitFieldsDto {
  @IsString() @Matches(/\S/) @MaxLength(100) name: string;
  @ClearableField() @IsEmail() @MaxLength(320) email?: string | null;
  /** Whose key it is; left out: the caller's. Another owner's needs the permission `api_keys`. */
  @OptionalField() @IsInt() @Min(1) @Max(LARGEST_ID) user_id?: number;
  @OptionalField() @IsBoolean() is_active?: boolean;
  /** RFC 3339; null or left out: never. */
  @ClearableField() @IsISO8601({ strict: true }) expires_at?: string | null;
  /** Refuse calls that a conversion would change in what the model can do. */
  @OptionalField() @IsBoolean() strict?: boolean;
}

export class UpdateApiKeyDto extends LimitFieldsDto {
  /** The version the change is made to; an older one is refused. Left out: whatever is there. */
  @OptionalField() @IsInt() @Min(1) version?: number;
  @OptionalField() @IsString() @Matches(/\S/) @MaxLength(100) name?: string;
  @ClearableField() @IsEmail() @MaxLength(320) email?: string | null;
  @OptionalField() @IsBoolean() is_active?: boolean;
  /** In the past: the key has expired. */
  @ClearableField() @IsISO8601({ strict: true }) expires_at?: string | null;
  @OptionalField() @IsBoolean() strict?: boolean;
}

export class RotateApiKeyDto {
  /** How long the former secret goes on working; left out: 24. */
  @OptionalField() @IsInt() @Min(0) @Max(MAX_OVERLAP_HOURS) overlap_hours?: number;
}

export const API_KEY_SORTS = ['created_at', 'name', 'last_used_at', 'expires_at'] as const;
export type ApiKeySort = (typeof API_KEY_SORTS)[number];

export class ApiKeyListQueryDto extends PagingQueryDto {
  /** Part of the name, in any case. */
  @OptionalField() @IsString() @MaxLength(100) name_filter?: string;
  /** Part of the name, of the e-mail, of the owner's e-mail or of what is shown of the key, in any case. */
  @OptionalField() @IsString() @MaxLength(100) q?: string;
  @OptionalField() @QueryBoolean() is_active?: string;
  @OptionalField() @QueryInteger(1, 999_999_999) user_id?: string;
  /** Newest first unless told otherwise. */
  @OptionalField() @IsIn(API_KEY_SORTS) sort?: ApiKeySort;
  @OptionalField() @IsIn(['asc', 'desc']) order?: 'asc' | 'desc';
}

export interface ApiKeyView extends LimitFieldsView {
  readonly id: number;
  /** How the key begins, for telling keys apart. */
  readonly key_prefix: string;
  readonly last_four: string;
  readonly name: string;
  readonly email: string | null;
  readonly user_id: number | null;
  readonly is_active: boolean;
  readonly strict: boolean;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly version: number;
}

export interface CreatedApiKey extends ApiKeyView {
  /** The key itself: shown this once, stored nowhere. */
  readonly api_key: string;
}

export interface RotatedApiKey extends CreatedApiKey {
  /** When the former secret stops working. */
  readonly previous_valid_until: string;
}
