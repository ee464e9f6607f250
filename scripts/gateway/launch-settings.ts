import { resolve } from 'node:path';
import { root } from '../install/paths.mjs';

/** The variables that concern the start itself. The server validates all of them and tells what is wrong. */
export interface LaunchSettings {
  readonly host: string;
  /** Null: not a port; the server will say so. */
  readonly port: number | null;
  /** Absolute. */
  readonly dataDir: string;
  /** Null: a PostgreSQL of our own in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly shutdownTimeoutMs: number;
}

const DEFAULT_SHUTDOWN_TIMEOUT_SECONDS = 30;

/** An empty variable counts as unset. */
export function readLaunchSettings(env: Readonly<Record<string, string | undefined>>): LaunchSettings {
  const given = (name: string): string | null => env[name]?.trim() || null;
  const port = Number(given('PORT') ?? 8000);
  const timeout = Number(given('SHUTDOWN_TIMEOUT') ?? NaN);
  return {
    host: given('HOST') ?? '127.0.0.1',
    port: Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : null,
    dataDir: resolve(root, given('DATA_DIR') ?? 'data'),
    databaseUrl: given('DATABASE_URL'),
    shutdownTimeoutMs: 1000 * (timeout >= 0 && timeout <= 3600 ? timeout : DEFAULT_SHUTDOWN_TIMEOUT_SECONDS),
  };
}
