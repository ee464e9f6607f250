import { DataSource } from 'typeorm';
import type { Secret } from '../config/secret.js';
import { ADVISORY_LOCKS } from './advisory-locks.js';
import { connectPatiently } from './connect.js';
import { MIGRATIONS } from './migrations.js';

const PATIENCE_MS = 15_000;

/**
 * Brings the schema up to date; returns the names of the migrations it ran. Processes that start at the same
 * time take turns (TypeORM itself does not see to that), the later ones find nothing to do. A data source of its
 * own: migrations must not fall under the statement timeout of the application.
 */
export async function migrate(url: Secret): Promise<readonly string[]> {
  const lock = await connectPatiently(url, PATIENCE_MS);
  const dataSource = new DataSource({
    type: 'postgres',
    url: url.reveal(),
    applicationName: 'cc-switch migrations',
    migrations: [...MIGRATIONS],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    poolSize: 1,
    installExtensions: false,
  });
  try {
    await lock.query('select pg_advisory_lock($1)', [ADVISORY_LOCKS.migrations]);
    await dataSource.initialize();
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    // Ending the session releases the lock.
    await lock.end();
  }
}
