import { IsISO8601, IsNumber, IsString, Length, Max, Min } from 'class-validator';
import { ClearableField, OptionalField } from './optional-field.js';
import { QueryBoolean } from './query-values.js';

/** More than anybody asks; keeps sums within what the database counts in. */
const MAX_USD_PER_MILLION = 100_000;

/** USD per million tokens; null or left out: not known. With none of the four, an earlier price is taken back. */
export class SetPriceDto {
  @IsString() @Length(1, 64) provider: string;
  @IsString() @Length(1, 200) model: string;
  @ClearableField() @IsNumber() @Min(0) @Max(MAX_USD_PER_MILLION) input?: number | null;
  @ClearableField() @IsNumber() @Min(0) @Max(MAX_USD_PER_MILLION) output?: number | null;
  /** Left out: as `input`. */
  @ClearableField() @IsNumber() @Min(0) @Max(MAX_USD_PER_MILLION) cache_read?: number | null;
  /** Left out: as `input`. */
  @ClearableField() @IsNumber() @Min(0) @Max(MAX_USD_PER_MILLION) cache_write?: number | null;
  /** RFC 3339, also in the future; left out: from now. */
  @OptionalField() @IsISO8601({ strict: true }) valid_from?: string;
}

export class ListPricesDto {
  @OptionalField() @IsString() @Length(1, 64) provider?: string;
  /** Every price of every time instead of those in force. */
  @OptionalField() @QueryBoolean() history?: string;
}

export interface PriceView {
  readonly provider: string;
  readonly model: string;
  /** USD per million tokens; null: not known. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
  /** `set` here, from provider.json (`file`), or a list price that ships with the product; null: no price is known. */
  readonly source: 'set' | 'file' | 'shipped' | null;
  /** Null: always. */
  readonly valid_from: string | null;
  /** When shipped list prices were gathered. */
  readonly list_date: string | null;
}
