import { resolve } from 'node:path';
import { isEmail } from 'class-validator';
import { MIN_PASSWORD_LENGTH } from '@ccs/dto';
import { EnvironmentReader, isCidr, isHttpUrl } from './environment-reader.js';
import { readEncryptionKey, readJwtSecretKey, type SecretPolicy } from './master-keys.js';
import { readOauthSettings, type OauthSettings } from './oauth-settings.js';
import { readProxies, type ProxySettings } from './proxy-settings.js';
import { readRetention, type Retention } from './retention.js';
import { Secret } from './secret.js';
import { InvalidEnvironmentError, type EnvironmentProblem } from './startup-error.js';

const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const USAGE_FSYNC = ['grouped', 'strict', 'off'] as const;
export type UsageFsync = (typeof USAGE_FSYNC)[number];

const USAGE_WHEN_FULL = ['available', 'strict'] as const;
export type UsageWhenFull = (typeof USAGE_WHEN_FULL)[number];

const HEALTH_PROBES = ['free', 'all', 'off'] as const;
export type HealthProbes = (typeof HEALTH_PROBES)[number];

const ALERT_FORMATS = ['json', 'slack'] as const;

export interface AlertWebhook {
  /** A secret: with some services the address is the credential. */
  readonly url: Secret;
  readonly format: (typeof ALERT_FORMATS)[number];
  /** Null: alerts are not signed. */
  readonly secret: Secret | null;
}

/** Injects the `Environment`. */
export const ENVIRONMENT = Symbol('ENVIRONMENT');

/** The environment variables, parsed once and frozen. docs/configuration.md describes each. */
export interface Environment {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** HOST is an address only this machine reaches. Several defaults are friendlier then. */
  readonly listensOnLoopback: boolean;
  readonly logLevel: LogLevel;
  /** Absolute. */
  readonly providerConfigPath: string;
  /** PROVIDER_CONFIG_PATH was set: a file that is missing there is an error. */
  readonly providerConfigPathGiven: boolean;
  readonly configHotReload: boolean;
  readonly databaseUrl: Secret;
  readonly databasePoolSize: number;
  /** How long a query waits for a free connection. */
  readonly databasePoolTimeoutMs: number;
  /** Null: queues and shared state live in PostgreSQL. */
  readonly redisUrl: Secret | null;
  /** How long a call of a limited caller waits for Redis. */
  readonly redisTimeoutMs: number;
  /** Null only on loopback: then a generated one is kept in `dataDir`. */
  readonly jwtSecretKey: Secret | null;
  /** Null only on loopback: then a generated one is kept in `dataDir`. */
  readonly encryptionKey: Secret | null;
  readonly accessTokenLifetimeSeconds: number;
  readonly adminEmail: string;
  /** Read on an empty database only. */
  readonly adminPassword: Secret | null;
  /** Where people reach the portal; without a trailing slash. */
  readonly publicUrl: string;
  /** Absolute. */
  readonly dataDir: string;
  /** Proxies whose forwarding headers are believed: addresses and CIDR blocks; usually none. */
  readonly trustProxy: readonly string[];
  /** Providers may be on loopback and private networks. */
  readonly allowPrivateProviders: boolean;
  /** On the way to providers. */
  readonly proxies: ProxySettings;
  /** Origins, or `*`; empty: no CORS headers. */
  readonly corsOrigins: readonly string[];
  readonly shutdownTimeoutMs: number;
  readonly apiDocs: boolean;
  readonly metricsToken: Secret | null;
  /** How long cached callers are let through while the store cannot be read. */
  readonly principalMaxStaleMs: number;
  /** Keys with a budget go on while what is left of it cannot be checked. */
  readonly allowBudgetsOnStoreLoss: boolean;
  /** When the usage journal is forced to the disk: every 10 ms, before the last byte of each answer, or by the system. */
  readonly usageFsync: UsageFsync;
  /** What happens to calls that cannot be recorded because the disk is full. */
  readonly usageWhenFull: UsageWhenFull;
  /** A batch of usage that the database does not have so long after it was shipped is shipped again. */
  readonly usageShipAgainMs: number;
  /** Whom the schedule probes: nobody, those whose models all cost nothing, or everybody. */
  readonly healthProbes: HealthProbes;
  readonly healthProbeIntervalMs: number;
  /** Where to tell of providers that fail and recover; null: nowhere. */
  readonly alertWebhook: AlertWebhook | null;
  readonly devMode: boolean;
  /** Signing in through others. */
  readonly oauth: OauthSettings;
  readonly retention: Retention;
  /** As much is kept of each captured body. */
  readonly captureMaxBytes: number;
  /** This process also does the worker's jobs. */
  readonly embeddedWorker: boolean;
  /** What is accepted but deserves a word in the log. */
  readonly warnings: readonly string[];
}

/** What was read, problems or not; with problems, some of it is a fallback. */
export interface ReadEnvironment {
  readonly environment: Environment;
  readonly problems: readonly EnvironmentProblem[];
}

/** Throws `InvalidEnvironmentError` with all problems at once. */
export function parseEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const { environment, problems } = readEnvironment(variables);
  if (problems.length > 0) throw new InvalidEnvironmentError(problems);
  return environment;
}

/** Variables of the original that mean nothing here are ignored. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): ReadEnvironment {
  const reader = new EnvironmentReader(variables);
  const host = reader.text('HOST', '127.0.0.1');
  const port = reader.integer('PORT', 8000, { min: 0, max: 65_535 });
  const listensOnLoopback = isLoopback(host);
  const warnings: string[] = [];
  const policy: SecretPolicy = {
    listensOnLoopback,
    weak: (variable, expected) => {
      if (listensOnLoopback) warnings.push(`${variable} is easy to guess; use ${expected}`);
      else reader.refuse(variable, expected);
    },
  };

  const publicUrl = readPublicUrl(reader, host, port);
  const environment: Environment = {
    host,
    port,
    listensOnLoopback,
    logLevel: readLogLevel(reader),
    providerConfigPath: resolve(reader.text('PROVIDER_CONFIG_PATH', 'provider.json')),
    providerConfigPathGiven: reader.optional('PROVIDER_CONFIG_PATH') !== null,
    configHotReload: reader.boolean('CONFIG_HOT_RELOAD', true),
    databaseUrl: readDatabaseUrl(reader),
    databasePoolSize: reader.integer('DB_POOL_SIZE', 10, { min: 2, max: 200 }),
    databasePoolTimeoutMs: reader.secondsAsMs('DB_POOL_TIMEOUT', 30, { min: 1, max: 600 }),
    redisUrl: readRedisUrl(reader),
    redisTimeoutMs: reader.secondsAsMs('REDIS_TIMEOUT', 0.05, { min: 0.01, max: 5 }),
    jwtSecretKey: readJwtSecretKey(reader, policy),
    encryptionKey: readEncryptionKey(reader, policy),
    accessTokenLifetimeSeconds: 60 * reader.integer('JWT_TOKEN_EXPIRE_MINUTES', 15, { min: 1, max: 60 }),
    adminEmail: readAdminEmail(reader),
    adminPassword: readAdminPassword(reader, policy),
    publicUrl,
    dataDir: resolve(reader.text('DATA_DIR', 'data')),
    trustProxy: reader.list(
      'TRUST_PROXY',
      isCidr,
      'addresses or CIDR blocks, comma-separated, such as 10.0.0.0/8',
    ),
    allowPrivateProviders: reader.boolean('ALLOW_PRIVATE_PROVIDERS', listensOnLoopback),
    proxies: readProxies(reader),
    corsOrigins: reader.list('CORS_ORIGINS', isOriginOrStar, 'origins such as https://app.example.com, or *'),
    shutdownTimeoutMs: reader.secondsAsMs('SHUTDOWN_TIMEOUT', 30, { min: 0, max: 3600 }),
    apiDocs: reader.boolean('API_DOCS', listensOnLoopback),
    metricsToken: reader.secret('METRICS_TOKEN'),
    principalMaxStaleMs: reader.secondsAsMs('PRINCIPAL_MAX_STALE', 3600, { min: 1, max: 604_800 }),
    allowBudgetsOnStoreLoss: readBudgetOnStoreLoss(reader),
    usageFsync: reader.oneOf('USAGE_FSYNC', USAGE_FSYNC),
    usageWhenFull: reader.oneOf('USAGE_WHEN_FULL', USAGE_WHEN_FULL),
    usageShipAgainMs: reader.secondsAsMs('USAGE_SHIP_AGAIN', 30, { min: 1, max: 3600 }),
    healthProbes: reader.oneOf('HEALTH_PROBES', HEALTH_PROBES),
    healthProbeIntervalMs: reader.secondsAsMs('HEALTH_PROBE_INTERVAL', 300, { min: 10, max: 86_400 }),
    alertWebhook: readAlertWebhook(reader),
    devMode: readDevMode(reader, listensOnLoopback),
    oauth: readOauthSettings(reader, publicUrl),
    retention: readRetention(reader),
    captureMaxBytes: reader.integer('CAPTURE_MAX_BYTES', 262_144, { min: 1_024, max: 4_194_304 }),
    embeddedWorker: reader.boolean('EMBEDDED_WORKER', true),
    warnings: Object.freeze(warnings),
  };
  refuseUnverifiedTls(reader);
  return { environment: Object.freeze(environment), problems: reader.problems };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function readLogLevel(reader: EnvironmentReader): LogLevel {
  const aliases: Readonly<Record<string, LogLevel>> = { warn: 'warning', critical: 'error' };
  const given = reader.text('LOG_LEVEL', 'info').toLowerCase();
  const level = LOG_LEVELS.find((known) => known === (aliases[given] ?? given));
  if (level === undefined) reader.refuse('LOG_LEVEL', `one of ${LOG_LEVELS.join(', ')}`);
  return level ?? 'info';
}

function readDatabaseUrl(reader: EnvironmentReader): Secret {
  const expected = 'postgres://user:password@host:5432/database (npm start brings a database of its own)';
  const url = reader.optional('DATABASE_URL');
  if (url === null || !/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url))
    reader.refuse('DATABASE_URL', expected);
  return new Secret(url ?? '');
}

function readRedisUrl(reader: EnvironmentReader): Secret | null {
  const url = reader.optional('REDIS_URL');
  if (url !== null && !(/^rediss?:\/\//.test(url) && URL.canParse(url))) {
    reader.refuse('REDIS_URL', 'redis://host:6379 or rediss://…, or unset');
  }
  return url === null ? null : new Secret(url);
}

function readAdminEmail(reader: EnvironmentReader): string {
  const email = reader.text('ADMIN_EMAIL', 'admin@example.com').toLowerCase();
  if (!isEmail(email, { require_tld: false })) reader.refuse('ADMIN_EMAIL', 'an e-mail address');
  return email;
}

function readAdminPassword(reader: EnvironmentReader, policy: SecretPolicy): Secret | null {
  const password = reader.secret('ADMIN_PASSWORD');
  if (password !== null && password.reveal().length < MIN_PASSWORD_LENGTH) {
    policy.weak('ADMIN_PASSWORD', `at least ${MIN_PASSWORD_LENGTH} characters`);
  }
  return password;
}

function readPublicUrl(reader: EnvironmentReader, host: string, port: number): string {
  const name = reader.optional('PUBLIC_URL') === null ? 'FRONTEND_URL' : 'PUBLIC_URL';
  const anyAddress = host === '0.0.0.0' || host === '::';
  const reachable = anyAddress
    ? 'localhost'
    : host.includes(':') && !host.startsWith('[')
      ? `[${host}]`
      : host;
  const url = reader.text(name, `http://${reachable}:${port}`);
  if (!isHttpUrl(url)) reader.refuse(name, 'an address such as https://ccs.example.com');
  return url.replace(/\/+$/, '');
}

function readAlertWebhook(reader: EnvironmentReader): AlertWebhook | null {
  const url = reader.optional('ALERT_WEBHOOK_URL');
  const format = reader.oneOf('ALERT_WEBHOOK_FORMAT', ALERT_FORMATS);
  const secret = reader.secret('ALERT_WEBHOOK_SECRET');
  if (url === null) return null;
  // Unlike our own addresses it may have a query: that is where such services have their secret.
  if (!(/^https?:\/\//.test(url) && URL.canParse(url)))
    reader.refuse('ALERT_WEBHOOK_URL', 'an address such as https://hooks.example.com/ccs');
  return { url: new Secret(url), format, secret };
}

function readBudgetOnStoreLoss(reader: EnvironmentReader): boolean {
  const given = reader.text('BUDGET_ON_STORE_LOSS', 'refuse').toLowerCase();
  if (given !== 'refuse' && given !== 'allow') reader.refuse('BUDGET_ON_STORE_LOSS', 'refuse or allow');
  return given === 'allow';
}

function readDevMode(reader: EnvironmentReader, listensOnLoopback: boolean): boolean {
  const devMode = reader.boolean('DEV_MODE', false);
  if (devMode && !listensOnLoopback) {
    reader.refuse(
      'DEV_MODE',
      'only with HOST=127.0.0.1: it accepts any API key, so nobody else may reach it',
    );
  }
  return devMode;
}

function isOriginOrStar(entry: string): boolean {
  return entry === '*' || (isHttpUrl(entry) && new URL(entry).origin === entry);
}

function refuseUnverifiedTls(reader: EnvironmentReader): void {
  if (reader.optional('NODE_TLS_REJECT_UNAUTHORIZED') !== '0') return;
  reader.refuse('NODE_TLS_REJECT_UNAUTHORIZED', 'unset: it switches off the verification of every provider');
}
