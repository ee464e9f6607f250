import { IsInt, Max, Min } from 'class-validator';
import { OptionalField } from './optional-field.js';
import { QueryInteger } from './query-values.js';

/** `limit` with `offset`, or `page` with `page_size`; the second pair wins where both are sent. */
export class PagingQueryDto {
  @OptionalField() @QueryInteger() @IsInt() @Min(1) @Max(1000) limit?: number;
  @OptionalField() @QueryInteger() @IsInt() @Min(0) @Max(1_000_000) offset?: number;
  @OptionalField() @QueryInteger() @IsInt() @Min(1) @Max(1_000_000) page?: number;
  @OptionalField() @QueryInteger() @IsInt() @Min(1) @Max(1000) page_size?: number;
}

export interface PageWindow {
  readonly offset: number;
  readonly limit: number;
}

export interface Page<T> {
  readonly data: readonly T[];
  readonly total: number;
  readonly page: number;
  readonly page_size: number;
  readonly total_pages: number;
}

const DEFAULT_LIMIT = 10;

export function pageWindow(query: PagingQueryDto): PageWindow {
  const limit = query.page_size ?? query.limit ?? DEFAULT_LIMIT;
  return { limit, offset: query.page === undefined ? (query.offset ?? 0) : (query.page - 1) * limit };
}

export function pageOf<T>(data: readonly T[], total: number, { offset, limit }: PageWindow): Page<T> {
  return {
    data,
    total,
    page: Math.floor(offset / limit) + 1,
    page_size: limit,
    total_pages: Math.ceil(total / limit),
  };
}
