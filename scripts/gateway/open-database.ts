import { EmbeddedPostgres } from '../postgres/embedded-postgres.ts';
import type { LaunchSettings } from './launch-settings.ts';

/** The database a gateway runs on. */
export interface GatewayDatabase {
  readonly url: string;
  /** Rejects with a `TaskError` when it is lost for good; never resolves. */
  readonly failed: Promise<never>;
  /** `atOnce`: see `Postmaster.stop`. */
  stop(atOnce: boolean): Promise<void>;
}

/** DATABASE_URL, which is left alone, or a PostgreSQL of our own in DATA_DIR. */
export async function openDatabase(settings: LaunchSettings, signal: AbortSignal): Promise<GatewayDatabase> {
  if (settings.databaseUrl === null) return EmbeddedPostgres.start(settings.dataDir, signal);
  return { url: settings.databaseUrl, failed: new Promise(() => undefined), stop: () => Promise.resolve() };
}
