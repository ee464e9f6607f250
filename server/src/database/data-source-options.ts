import type { Logger } from 'pino';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { Environment } from '../config/environment.js';

/** No statement of the application holds a connection longer than this. */
const STATEMENT_TIMEOUT_MS = 30_000;

/** For the application's own data source: bounded in connections, in waiting and in the time of a statement. */
export function dataSourceOptions(environment: Environment, logger: Logger): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url: environment.databaseUrl.reveal(),
    applicationName: 'cc-switch',
    poolSize: environment.databasePoolSize,
    connectTimeoutMS: environment.databasePoolTimeoutMs,
    installExtensions: false,
    poolErrorHandler: (error: unknown) => logger.warn({ err: error }, 'database connection lost'),
    // Passed on to pg: the server ends the statement, and the client gives up on a server that does not.
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1_000,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    },
  };
}
