import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ChangeFeed } from '../shared-state/change-feed.js';
import type { Price, TokenPrices } from './price-table.js';

export interface NewPrice extends TokenPrices {
  readonly provider: string;
  readonly model: string;
  /** Null: now, by the database's clock. */
  readonly validFrom: Date | null;
}

interface PriceRow {
  readonly provider: string;
  readonly model: string;
  readonly valid_from: Date;
  readonly input: string | null;
  readonly output: string | null;
  readonly cache_read: string | null;
  readonly cache_write: string | null;
}

/** Prices that were set. Rows are only ever added; at one and the same moment the last one set counts. */
@Injectable()
export class PriceRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ChangeFeed,
  ) {}

  async load(): Promise<Price[]> {
    const rows = await this.dataSource.query<PriceRow[]>(
      `select provider, model, valid_from, input, output, cache_read, cache_write from prices`,
    );
    return rows.map((row) => ({
      provider: row.provider,
      model: row.model,
      source: 'set',
      validFromMs: row.valid_from.getTime(),
      input: numberOrNull(row.input),
      output: numberOrNull(row.output),
      cacheRead: numberOrNull(row.cache_read),
      cacheWrite: numberOrNull(row.cache_write),
    }));
  }

  async add(price: NewPrice, userId: number): Promise<void> {
    const { provider, model, validFrom, input, output, cacheRead, cacheWrite } = price;
    await this.dataSource.transaction(async (transaction) => {
      await transaction.query(
        `insert into prices (provider, model, valid_from, input, output, cache_read, cache_write, set_by)
         values ($1, $2, coalesce($3, now()), $4, $5, $6, $7, $8)
         on conflict (provider, model, valid_from) do update
            set input = excluded.input, output = excluded.output, cache_read = excluded.cache_read,
                cache_write = excluded.cache_write, set_by = excluded.set_by, created_at = now()`,
        [provider, model, validFrom, input, output, cacheRead, cacheWrite, userId],
      );
      await this.changes.publish('prices', transaction);
    });
    await this.changes.catchUp('prices');
  }
}

/** A bigint of PostgreSQL; prices stay far below 2^53. */
const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));
