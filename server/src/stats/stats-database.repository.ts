import { availableParallelism } from 'node:os';
import { Pool, type QueryResultRow } from 'pg';
import { errorCode, errorText } from '../config/error-text.js';
import { StatisticsBusyError } from '../errors/gateway-state-errors.js';

const STATEMENT_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Each keeps a core of the database busy while it is asked. Where that is this machine, one is left to calls. */
const CONNECTIONS = Math.max(1, Math.min(3, availableParallelism() - 1));
/** To a new process of PostgreSQL every page it reads is a page fault: its first large question takes three times as long. */
const IDLE_TIMEOUT_MS = 600_000;
const QUERY_CANCELLED = '57014';

/**
 * Reads for statistics, on a pool of its own: however heavy a question, it takes no connection from anybody else, one
 * core of the database at most, and is ended after three seconds.
 */
export class StatsDatabase {
  private readonly pool: Pool;

  constructor(databaseUrl: string) {
    this.pool = new Pool({
      connectionString: databaseUrl,
      application_name: 'cc-switch statistics',
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      // Compiling costs more than these statements; workers beside would take the cores calls are answered on. A page
      // that is looked up costs no more than one in a row, from memory and from solid-state drives.
      options:
        '-c jit=off -c max_parallel_workers_per_gather=0 -c default_transaction_read_only=on -c random_page_cost=1.1',
      keepAlive: true,
    });
    this.pool.on('error', () => undefined);
  }

  onApplicationShutdown(): Promise<void> {
    return this.pool.end();
  }

  /** As `rows`, but null when the answer takes longer than `ms`. */
  async rowsWithin<Row extends QueryResultRow>(
    ms: number,
    sql: string,
    values: readonly unknown[],
  ): Promise<readonly Row[] | null> {
    const client = await this.pool.connect().catch(throwBusy);
    let broken = false;
    try {
      await client.query('begin');
      await client.query(`set local statement_timeout = ${ms}`);
      return (await client.query<Row>(sql, [...values])).rows;
    } catch (error) {
      return errorCode(error) === QUERY_CANCELLED ? null : throwBusy(error);
    } finally {
      await client.query('rollback').catch(() => (broken = true));
      client.release(broken);
    }
  }

  /** Throws `StatisticsBusyError` when the answer takes too long, or no connection comes free. */
  async rows<Row extends QueryResultRow>(sql: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      return (await this.pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      return throwBusy(error);
    }
  }
}

/** Throws `StatisticsBusyError` instead of what says that something took too long, and the error itself otherwise. */
function throwBusy(error: unknown): never {
  if (errorCode(error) === QUERY_CANCELLED || /timeout/i.test(errorText(error)))
    throw new StatisticsBusyError(error);
  throw error;
}
