import { OptionalField } from './optional-field.js';
import { QueryInteger } from './query-values.js';

/** `limit` with `offset`, or `page` with `page_size`; the second pair wins where both are sent. As texts. */
export class PagingQueryDto {
  @OptionalField() @QueryInteger(1, 1000) limit?: string;
  @OptionalField() @QueryInteger(0, 1_000_000) offset?: string;
  @OptionalField() @QueryInteger(1, 1_000_000) page?: string;
  @OptionalField() @QueryInteger(1, 1000) page_size?: string;
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

/** Of a query that was validated. */
export function pageWindow(query: PagingQueryDto): PageWindow {
  const limit = Number(query.page_size ?? query.limit ?? DEFAULT_LIMIT);
  return {
    limit,
    offset: query.page === undefined ? Number(query.offset ?? 0) : (Number(query.page) - 1) * limit,
  };
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
