import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Pool, type PoolClient } from 'pg';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { errorCode, errorText } from '../config/error-text.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import type { CallRecord } from './call-record.js';
import { INSERT_RECORDS } from './internal/insert-records.js';
import type { UsageBatch } from './usage-batch.js';

const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Deadlock, serialization failure: the same statements may well work now. */
const PASSING = new Set(['40P01', '40001']);
const MAX_TRIES = 5;

/**
 * Usage in the database, on a pool of its own: a batch that waits takes no connection from anybody else. A batch is
 * counted once, however often and by however many it is written.
 */
@Injectable()
export class UsageStore implements OnApplicationShutdown {
  private readonly pool: Pool;

  constructor(
    @Inject(ENVIRONMENT) environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pool = new Pool({
      connectionString: environment.databaseUrl.reveal(),
      application_name: 'cc-switch usage',
      max: 2,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    });
    this.pool.on('error', () => undefined);
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }

  /** Those of the ids that have been counted. */
  async storedBatches(batchIds: readonly string[]): Promise<ReadonlySet<string>> {
    const { rows } = await this.pool.query<{ batch_id: string }>(
      'select batch_id from usage_batches where batch_id = any($1)',
      [batchIds],
    );
    return new Set(rows.map((row) => row.batch_id));
  }

  /** Stores what is new of the batch and adds only that to the roll-ups; resolves when it is committed. */
  async write(batch: UsageBatch): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.writeOnce(batch);
      } catch (error) {
        if (isBadData(error)) return this.writeOneByOne(batch);
        if (!PASSING.has(errorCode(error)) || tries === MAX_TRIES) throw error;
      }
    }
  }

  /** The month's partitions `ahead` months on, so that no record meets a month without one. */
  async ensurePartitions(ahead: number): Promise<void> {
    await this.pool.query(
      `select ensure_usage_month(((now() at time zone 'UTC') + make_interval(months => n))::date)
         from generate_series(0, $1::integer) as n`,
      [ahead],
    );
  }

  private writeOnce(batch: UsageBatch): Promise<void> {
    return this.transaction(async (client) => {
      if (!(await claim(client, batch))) return;
      await client.query(INSERT_RECORDS, [batch.records, batch.batchId]);
    });
  }

  /** A record that the database cannot take must not hold up the others; it is kept with the reason. */
  private writeOneByOne(batch: UsageBatch): Promise<void> {
    return this.transaction(async (client) => {
      if (!(await claim(client, batch))) return;
      for (const record of JSON.parse(batch.records) as readonly CallRecord[]) {
        await client.query('savepoint one');
        try {
          await client.query(INSERT_RECORDS, [JSON.stringify([record]), batch.batchId]);
        } catch (error) {
          if (!isBadData(error)) throw error;
          await client.query('rollback to savepoint one');
          await this.setAside(client, batch.batchId, record, errorText(error));
        }
      }
    });
  }

  private async setAside(
    client: PoolClient,
    batchId: string,
    record: CallRecord,
    reason: string,
  ): Promise<void> {
    this.logger.error({ batchId, requestId: record.requestId, reason }, 'a usage record cannot be stored');
    const text = JSON.stringify(record).replaceAll('\\u0000', '').toWellFormed();
    await client.query(
      `insert into usage_dead_letters (batch_id, request_id, record, reason) values ($1, $2, to_jsonb($3::text), $4)
       on conflict do nothing`,
      [batchId, String(record.requestId), text, reason],
    );
  }

  private async transaction(work: (client: PoolClient) => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      await work(client);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

/** False: the batch has been counted. One that is being counted elsewhere is waited for. */
async function claim(client: PoolClient, { batchId, count }: UsageBatch): Promise<boolean> {
  const { rowCount } = await client.query(
    `insert into usage_batches (batch_id, records, inserted) values ($1, $2, 0) on conflict do nothing`,
    [batchId, count],
  );
  return rowCount === 1;
}

/** Class 22: a value that does not fit; 23: a constraint. Neither gets better by waiting. */
const isBadData = (error: unknown): boolean => /^2[23]/.test(errorCode(error));
