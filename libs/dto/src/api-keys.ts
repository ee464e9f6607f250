import { IsBoolean, IsEmail, IsISO8601, IsString, Matches, MaxLength } from 'class-validator';
import { ClearableField, OptionalField } from './optional-field.js';
import { PagingQueryDto } from './paging.js';
import { QueryBoolean } from './query-values.js';

export class CreateApiKeyDto {
  @IsString() @Matches(/\S/) @MaxLength(100) name: string;
  @ClearableField() @IsEmail() @MaxLength(320) email?: string | null;
  /** RFC 3339; null or left out: never. */
  @ClearableField() @IsISO8601({ strict: true }) expires_at?: string | null;
  /** Refuse calls that a conversion would change in what the model can do. */
  @OptionalField() @IsBoolean() strict?: boolean;
}

export class UpdateApiKeyDto {
  @OptionalField() @IsString() @Matches(/\S/) @MaxLength(100) name?: string;
  @ClearableField() @IsEmail() @MaxLength(320) email?: string | null;
  @OptionalField() @IsBoolean() is_active?: boolean;
  @OptionalField() @IsBoolean() strict?: boolean;
}

export class ApiKeyListQueryDto extends PagingQueryDto {
  /** Part of the name, in any case. */
  @OptionalField() @IsString() @MaxLength(100) name_filter?: string;
  @OptionalField() @QueryBoolean() is_active?: string;
}

export interface ApiKeyView {
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
}

export interface CreatedApiKey extends ApiKeyView {
  /** The key itself: shown this once, stored nowhere. */
  readonly api_key: string;
}
