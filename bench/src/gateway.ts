import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { startChild, type Child } from './child.js';

const MAIN = resolve(import.meta.dirname, '../../server/src/main.js');
const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };

export interface BenchGateway extends Child {
  readonly apiKey: string;
  readonly databaseUrl: string;
  /** The administrator's access token. */
  signIn(): Promise<string>;
  /** Users with the administrator's password. */
  addUsers(emails: readonly string[]): Promise<void>;
}

export interface BenchGatewayOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What its provider.json says; one provider of each dialect if not told. */
  readonly config?: object;
}

/** The built gateway with authentication, conversion and logging on, as it runs in production. */
export async function startGateway(
  simulatorUrl: string,
  clusterUrl: string,
  { env = {}, config = defaultConfig(simulatorUrl) }: BenchGatewayOptions = {},
): Promise<BenchGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'ccs-bench-'));
  const database = `bench_${randomUUID().replaceAll('-', '')}`;
  await onCluster(clusterUrl, `create database ${database}`);
  const databaseUrl = new URL(clusterUrl);
  databaseUrl.pathname = `/${database}`;
  const configPath = join(directory, 'provider.json');
  await writeFile(configPath, JSON.stringify(config));
  const child = await startChild(MAIN, [], {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: join(directory, 'data'),
    PROVIDER_CONFIG_PATH: configPath,
    DATABASE_URL: databaseUrl.href,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'info',
    ...env,
  });
  return {
    ...child,
    apiKey: await createKey(child.url),
    databaseUrl: databaseUrl.href,
    signIn: () => signIn(child.url),
    addUsers: (emails) =>
      onCluster(
        databaseUrl.href,
        'insert into users (email, password_hash) select unnest($1::text[]), password_hash from users where id = 1',
        [emails],
      ),
    stop: async () => {
      await child.stop();
      await onCluster(clusterUrl, `drop database if exists ${database} with (force)`);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** One provider of each dialect. */
function defaultConfig(simulatorUrl: string): object {
  const provider = (name: string, format: string, path: string): unknown => ({
    name,
    api_format: format,
    api_key: 'sk-bench',
    base_url: `${simulatorUrl}${path}`,
    models: { big: ['bench'], middle: ['bench'], small: ['bench'] },
  });
  return {
    providers: [provider('openai', 'openai', '/p/bench/v1'), provider('anthropic', 'anthropic', '/p/bench')],
  };
}

async function createKey(url: string): Promise<string> {
  const key = await post(`${url}/api/api-keys`, { name: 'bench' }, await signIn(url));
  return String(key['api_key']);
}

async function signIn(url: string): Promise<string> {
  return String((await post(`${url}/api/auth/login`, ADMIN))['access_token']);
}

async function post(url: string, body: unknown, token?: string): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function onCluster(url: string, sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql, values);
  } finally {
    await client.end();
  }
}
