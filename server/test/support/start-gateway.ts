import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ownProcess } from './own-process.js';
import { databasePlaces, filePlaces, findSecrets, type PlantedSecret } from './secret-sweep.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const MAIN = resolve(import.meta.dirname, '../../../dist/server/server/src/main.js');
/** As the launcher starts it (scripts/gateway). */
const SERVER_FLAGS = [
  '--enable-source-maps',
  '--max-semi-space-size=32',
  '--disable-sigusr1',
  '--report-exclude-env',
];
/** Many times what it takes: the machine may be busy. */
const START_MS = 55_000;
const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };

export interface GatewayOptions {
  /** `providers` and the top-level keys of provider.json. */
  readonly config?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  /** Of the first administrator; a fixed one when left out. */
  readonly adminPassword?: string;
  /** Leave ADMIN_PASSWORD out: the first start makes a one-time password and a first key, and prints both. */
  readonly oneTimePassword?: boolean;
  /** One more process on the database of this one. Both need the same JWT_SECRET_KEY and ENCRYPTION_KEY in `env`. */
  readonly beside?: Gateway;
}

/** The built gateway as a process of its own, on its own database and data directory. */
export interface Gateway {
  readonly url: string;
  readonly apiKey: string;
  readonly pid: number;
  readonly process: ChildProcess;
  readonly database: TestDatabase;
  readonly dataDir: string;
  /** Of its provider.json. */
  readonly configPath: string;
  /** Everything it printed so far. */
  output(): string;
  /** Admin API with a session. */
  api(method: string, path: string, body?: unknown): Promise<Response>;
  /** `POST /v1/messages` with the key; `headers` win. */
  messages(body: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  /** Ends it, and fails when a secret is found in its log, its files or its database. */
  stop(): Promise<void>;
}

export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const database = options.beside?.database ?? (await createTestDatabase());
  const directory = await mkdtemp(join(tmpdir(), 'ccs-test-'));
  const configPath = join(directory, 'provider.json');
  await writeFile(configPath, JSON.stringify(options.config ?? { providers: [] }));
  const child = spawn(process.execPath, [...SERVER_FLAGS, MAIN], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: join(directory, 'data'),
      PROVIDER_CONFIG_PATH: configPath,
      DATABASE_URL: database.url,
      ADMIN_EMAIL: ADMIN.email,
      LOG_LEVEL: 'debug',
      EMBEDDED_WORKER: 'true',
      ...(options.oneTimePassword === true
        ? {}
        : { ADMIN_PASSWORD: options.adminPassword ?? ADMIN.password }),
      ...options.env,
    },
  });
  ownProcess(child);
  const secrets = secretsIn(options);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await once(child, 'exit');
      clearTimeout(timer);
    }
    const places = await Promise.all([
      options.beside === undefined ? databasePlaces(database) : new Map<string, string>(),
      filePlaces(join(directory, 'data')),
    ]).finally(async () => {
      if (options.beside === undefined) await database.drop();
      await rm(directory, { recursive: true, force: true });
    });
    const found = findSecrets(
      secrets,
      new Map([...places.flatMap((each) => [...each]), ['the log', output]]),
    );
    if (found.length > 0) throw new Error(`secrets stand where they do not belong: ${found.join(', ')}`);
  };

  const url = await readyUrl(child, () => output).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const base = {
    url,
    pid: child.pid ?? 0,
    process: child,
    database,
    dataDir: join(directory, 'data'),
    configPath,
    output: () => output,
    stop,
  };
  if (options.oneTimePassword === true) {
    return { ...base, apiKey: '', api: noSession, messages: noSession };
  }
  const token = await signIn(url, options.adminPassword ?? ADMIN.password);
  const api: Gateway['api'] = (method, path, body) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const created = (await (await api('POST', '/api/api-keys', { name: 'test' })).json()) as {
    api_key: string;
  };
  secrets.push({ name: 'access token', value: token }, { name: 'API key', value: created.api_key });
  const messages: Gateway['messages'] = (body, headers, signal) =>
    fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': created.api_key, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  return { ...base, apiKey: created.api_key, api, messages };
}

function noSession(): Promise<never> {
  return Promise.reject(new Error('this gateway was started with a one-time password: sign in by hand'));
}

async function readyUrl(child: ChildProcess, output: () => string): Promise<string> {
  const ready = new Promise<string>((resolveReady) => {
    child.on('message', (message: { type?: string; url?: string }) => {
      if (message.type === 'ready' && message.url !== undefined) resolveReady(message.url);
    });
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the gateway ended with ${String(code)}:\n${output()}`);
  });
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`the gateway did not start in 55 s:\n${output()}`)), START_MS).unref();
  });
  return Promise.race([ready, ended, late]);
}

async function signIn(url: string, password: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: ADMIN.email, password }),
  });
  if (response.status !== 200) throw new Error(`login: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
}

/** What was given to the process and must stay in it; shorter ones are placeholders of tests. */
function secretsIn({ config, env = {}, adminPassword = ADMIN.password }: GatewayOptions): PlantedSecret[] {
  const providers = (config?.['providers'] ?? []) as readonly {
    readonly api_key?: string;
    readonly custom_headers?: Readonly<Record<string, string>>;
  }[];
  const values: [string, string | undefined][] = [
    ['administrator’s password', adminPassword],
    ['JWT_SECRET_KEY', env['JWT_SECRET_KEY']],
    ['ENCRYPTION_KEY', env['ENCRYPTION_KEY']],
    ...providers.flatMap(({ api_key: key, custom_headers: headers = {} }): [string, string | undefined][] => [
      ['provider key', key],
      ...Object.values(headers).map((value): [string, string] => ['provider header', value]),
    ]),
  ];
  return values.flatMap(([name, value]) =>
    value === undefined || value.length < 16 || value.includes('${') ? [] : [{ name, value }],
  );
}
