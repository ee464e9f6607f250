import { ArrayMaxSize, IsArray, IsIn, IsInt, IsString, MaxLength, Min } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { CreateProviderDto, ProviderQueryDto, type ApiFormat } from './providers.js';

export const TEST_DEPTHS = ['connection', 'call'] as const;
/** `connection` asks for the list of models and costs nothing; `call` makes a small call for each tier. */
export type TestDepth = (typeof TEST_DEPTHS)[number];

export class TestProviderQueryDto extends ProviderQueryDto {
  /** Left out: `call`. */
  @OptionalField() @IsIn(TEST_DEPTHS) depth?: TestDepth;
}

/** Of a provider that is stored: which tiers. */
export class TestProviderDto {
  /** Left out: all of them. */
  @OptionalField() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) @MaxLength(200, { each: true })
  tiers?: string[]; // prettier-ignore
}

/** A provider as a form has it. With the number of a stored one, `***` means that one's secrets, at the same origin only. */
export class TestUnsavedProviderDto extends CreateProviderDto {
  @OptionalField() @IsInt() @Min(1) id?: number;
  @OptionalField() @IsArray() @ArrayMaxSize(50) @IsString({ each: true }) @MaxLength(200, { each: true })
  tiers?: string[]; // prettier-ignore
}

/** One step of a test that failed, in words for people. */
export interface TestFailure {
  /** As of `docs/errors.md`. */
  readonly code: string;
  readonly message: string;
  /** What to try. */
  readonly hint: string;
}

export interface ConnectionTest {
  readonly healthy: boolean;
  readonly duration_ms: number;
  /** HTTP status of the list of models; null: there was no answer. */
  readonly status: number | null;
  /** Null: the provider has no list of models, which says nothing of the key. */
  readonly credential_accepted: boolean | null;
  readonly model_count: number | null;
  /** Models of its tiers that the provider does not list. */
  readonly unknown_models: readonly string[];
  readonly failure: TestFailure | null;
}

/** Names in camel case are the original's. */
export interface TierTest {
  readonly healthy: boolean;
  /** Of the call that worked, or the last one. Milliseconds. */
  readonly responseTime: number | null;
  readonly testedModels: readonly string[];
  readonly workingModel: string | null;
  readonly error: string | null;
  /** Milliseconds to the first event with meaning. */
  readonly ttft_ms: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly failure: TestFailure | null;
}

export interface ProviderTestResult {
  readonly success: boolean;
  readonly healthy: boolean;
  readonly depth: TestDepth;
  readonly name: string;
  readonly api_format: ApiFormat;
  readonly connection: ConnectionTest;
  /** Tier -> result; empty with `depth=connection`. */
  readonly categories: Readonly<Record<string, TierTest>>;
  /** Of the whole test, milliseconds. */
  readonly responseTime: number;
  readonly message: string;
  readonly tested_at: string;
}

export interface DiscoveredModel {
  readonly id: string;
  readonly display_name: string | null;
  readonly created_at: string | null;
}

export interface DiscoveredModels {
  readonly models: readonly DiscoveredModel[];
  readonly duration_ms: number;
}
