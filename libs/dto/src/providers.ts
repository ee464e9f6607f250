import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { ClearableField, OptionalField } from './optional-field.js';
import { QueryBoolean } from './query-values.js';

export const API_FORMATS = ['openai', 'anthropic'] as const;
export type ApiFormat = (typeof API_FORMATS)[number];

/** In answers it stands for a secret that is set; sent back it means "as it is". */
export const UNCHANGED_SECRET = '***';

/** What everybody who is signed in may know of a provider. Disabled ones are listed too, so that one sees why nobody answers. */
export interface PublicProvider {
  readonly name: string;
  readonly api_format: ApiFormat;
  readonly enabled: boolean;
  /** In words; null: it is enabled, or the caller lacks the permission `providers`. */
  readonly disabled_reason: string | null;
  /** Tier -> models in order. */
  readonly models: Readonly<Record<string, readonly string[]>>;
}

/** What can be said of a provider besides its name. Null takes a value back to its default; docs/configuration.md has the rules. */
export class ProviderFieldsDto {
  @OptionalField() @IsIn(API_FORMATS) api_format?: ApiFormat;
  @OptionalField() @IsBoolean() enabled?: boolean;
  @OptionalField() @IsInt() @Min(-1_000_000) @Max(1_000_000) priority?: number;
  /** Write-only; `***`: as it is; null or empty: none. */
  @ClearableField() @IsString() @MaxLength(16_384) api_key?: string | null;
  /** Values are write-only; `***`: as it is. Replaces all of them. */
  @ClearableField() @IsObject() custom_headers?: Record<string, string> | null;
  /** Tier -> models in order. Replaces all of them. */
  @ClearableField() @IsObject() models?: Record<string, string[]> | null;
  @ClearableField() @IsString() @MaxLength(100) api_version?: string | null;
  @ClearableField() @IsNumber() timeout?: number | null;
  @ClearableField() @IsNumber() plain_timeout?: number | null;
  @ClearableField() @IsNumber() stream_idle_timeout?: number | null;
  @ClearableField() @IsInt() max_retries?: number | null;
  @ClearableField() @IsInt() max_tokens_limit?: number | null;
  @ClearableField() @IsNumber() weight?: number | null;
  @ClearableField() @IsInt() max_concurrency?: number | null;
  @ClearableField() @IsIn(['x-api-key', 'bearer']) auth?: 'x-api-key' | 'bearer' | null;
  /** Certificates in PEM. */
  @ClearableField() @IsString() @MaxLength(100_000) ca?: string | null;
  @ClearableField() @IsIn(['local', 'upstream']) count_tokens?: 'local' | 'upstream' | null;
  @ClearableField() @IsString() @MaxLength(64) preset?: string | null;
  @ClearableField() @IsObject() profile?: Record<string, unknown> | null;
  @ClearableField() @IsObject() model_profiles?: Record<string, unknown> | null;
  @ClearableField() @IsObject() prices?: Record<string, unknown> | null;
  @ClearableField() @IsBoolean() resume_streams?: boolean | null;
  @ClearableField() @IsBoolean() strict?: boolean | null;
  @ClearableField() @IsString() @MaxLength(200) default_tier?: string | null;
}

export class CreateProviderDto extends ProviderFieldsDto {
  @IsString() @MaxLength(256) name: string;
  @IsString() @MaxLength(2_000) base_url: string;
}

/** What is left out stays as it is. A `base_url` of another origin clears the secrets that do not come along. */
export class UpdateProviderDto extends ProviderFieldsDto {
  /** The version the change is made to; an older one is refused. Left out: whatever is there. */
  @OptionalField() @IsInt() @Min(1) version?: number;
  @OptionalField() @IsString() @MaxLength(256) name?: string;
  @OptionalField() @IsString() @MaxLength(2_000) base_url?: string;
}

/** Which of two providers with the same name is meant. */
export class ProviderQueryDto {
  @OptionalField() @IsIn(API_FORMATS) api_format?: ApiFormat;
}

export class EnableProviderQueryDto extends ProviderQueryDto {
  @QueryBoolean() enabled: string;
}

export class OrderProvidersDto {
  /** The ids of all providers, first to last; their priorities become 1, 2, 3 … */
  @IsArray() @ArrayMaxSize(10_000) @ArrayUnique() @IsInt({ each: true }) ids: number[];
}

/** A provider as its administrators see it. No secret is ever in it. */
export interface ProviderView {
  readonly id: number;
  readonly name: string;
  readonly api_format: ApiFormat;
  /** As it was set. */
  readonly enabled: boolean;
  /** Why it gets no calls, in words; null: it can get some. */
  readonly disabled_reason: string | null;
  readonly priority: number;
  readonly base_url: string;
  /** `***`: one is set; a text with `${…}`: taken from the environment, by the file; empty: none. */
  readonly api_key: string;
  /** Name -> `***`, or a text with `${…}`. */
  readonly custom_headers: Readonly<Record<string, string>>;
  readonly models: Readonly<Record<string, readonly string[]>>;
  readonly api_version: string | null;
  /** Seconds. */
  readonly timeout: number;
  readonly plain_timeout: number | null;
  readonly stream_idle_timeout: number | null;
  readonly max_retries: number;
  readonly max_tokens_limit: number | null;
  readonly weight: number;
  readonly max_concurrency: number | null;
  readonly auth: 'x-api-key' | 'bearer' | null;
  readonly ca: string | null;
  readonly count_tokens: 'local' | 'upstream';
  readonly preset: string | null;
  /** What `base_url` suggests, in force while no preset is set. */
  readonly preset_guess: string | null;
  readonly profile: Readonly<Record<string, unknown>> | null;
  readonly model_profiles: Readonly<Record<string, unknown>> | null;
  readonly prices: Readonly<Record<string, unknown>> | null;
  readonly resume_streams: boolean;
  readonly strict: boolean;
  readonly default_tier: string | null;
  /** provider.json made it; taken out of the file, it goes. */
  readonly from_file: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ProviderChanged {
  readonly success: true;
  readonly message: string;
  readonly provider: ProviderView;
}

export interface ProvidersChanged {
  readonly success: true;
  readonly message: string;
  readonly providers: readonly ProviderView[];
}

/** A known provider to start from. */
export interface ProviderPreset {
  readonly id: string;
  readonly name: string;
  readonly api_format: ApiFormat;
  /** Empty where it differs for everybody. */
  readonly base_url: string;
  /** For the field `preset`; null: none is needed. */
  readonly preset: string | null;
  /** Traits that differ from the default profile. */
  readonly profile: Readonly<Record<string, unknown>>;
  readonly note: string | null;
}
