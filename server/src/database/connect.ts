import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { errorCode, errorText } from '../config/error-text.js';
import { StartupError } from '../config/startup-error.js';
import type { Secret } from '../config/secret.js';

const OLDEST_VERSION = 15;
const CONNECT_TIMEOUT_MS = 5_000;
const PAUSE_MS = 500;

/** What may pass by itself: the server is starting, restarting, or its name is not in the DNS yet. */
const TRANSIENT_CODES = new Set(
  (
    'ECONNREFUSED ECONNRESET ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN ' +
    '57P01 57P02 57P03 53300 08006'
  ).split(' '),
);

/**
 * A session on the database, after waiting up to `patienceMs` for it to come up; the caller ends it. Throws a
 * `StartupError` in words when it stays away, refuses the credentials, has no such database or is too old.
 */
export async function connectPatiently(url: Secret, patienceMs: number): Promise<Client> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const client = new Client({
      connectionString: url.reveal(),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'cc-switch start',
    });
    // Without a listener a connection that breaks while idle would end the process.
    client.on('error', () => {});
    try {
      await client.connect();
      await refuseOldServer(client);
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      if (error instanceof StartupError) throw error;
      if (!isTransient(error) || Date.now() >= deadline) throw inWords(url, error);
    }
    await sleep(PAUSE_MS);
  }
}

async function refuseOldServer(client: Client): Promise<void> {
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version_num') as version`,
  );
  const version = Math.floor(Number(rows[0]?.version) / 10_000);
  if (version >= OLDEST_VERSION) return;
  throw new StartupError(
    `DATABASE_URL: the server is PostgreSQL ${version}; ${OLDEST_VERSION} or newer is needed.`,
  );
}

function isTransient(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isTransient);
  return TRANSIENT_CODES.has(errorCode(error)) || /timeout|terminated/.test(errorText(error));
}

function inWords(url: Secret, error: unknown): StartupError {
  const { hostname, port, pathname } = new URL(url.reveal());
  const place = `${hostname}:${port === '' ? '5432' : port}`;
  const database = decodeURIComponent(pathname.slice(1));
  return new StartupError(`DATABASE_URL: ${reason(error, place, database)}`, { cause: error });
}

function reason(error: unknown, place: string, database: string): string {
  switch (errorCode(error)) {
    case '28P01':
    case '28000':
      return `PostgreSQL at ${place} refuses this user or password.`;
    case '3D000':
      return `PostgreSQL at ${place} has no database '${database}'. Create it first.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the host name of ${place} cannot be resolved.`;
    default: {
      const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
      return `PostgreSQL at ${place} cannot be reached (${errorText(cause)}). Is it running?`;
    }
  }
}
