import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseEnvironment } from './environment.js';
import { InvalidEnvironmentError } from './startup-error.js';

const LOCAL = { DATABASE_URL: 'postgres://ccs:pw@127.0.0.1:5432/ccs' };
const STRONG_SECRET = 'k3Jx9vQ2mZ8pL5nB7wR4tY6uC1dF0gHs';
const STRONG_KEY = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const OPEN = { ...LOCAL, HOST: '0.0.0.0', JWT_SECRET_KEY: STRONG_SECRET, ENCRYPTION_KEY: STRONG_KEY };

/** Variable names with a problem. */
function problemsOf(variables: Record<string, string>): string[] {
  try {
    parseEnvironment(variables);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEnvironmentError)) throw error;
    return error.problems.map((problem) => problem.variable);
  }
}

describe('the environment', () => {
  it('needs nothing but a database on loopback', () => {
    expect(parseEnvironment(LOCAL)).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      listensOnLoopback: true,
      logLevel: 'info',
      publicUrl: 'http://127.0.0.1:8000',
      databasePoolSize: 10,
      databasePoolTimeoutMs: 30_000,
      accessTokenLifetimeSeconds: 900,
      redisUrl: null,
      jwtSecretKey: null,
      encryptionKey: null,
      adminEmail: 'admin@example.com',
      adminPassword: null,
      shutdownTimeoutMs: 30_000,
      principalMaxStaleMs: 3_600_000,
      apiDocs: true,
      allowPrivateProviders: true,
      devMode: false,
      embeddedWorker: true,
      configHotReload: true,
      providerConfigPathGiven: false,
      warnings: [],
    });
  });

  it.each([
    ['PORT', '70000'], ['PORT', '80a'], ['PORT', '-1'], ['LOG_LEVEL', 'loud'], ['CONFIG_HOT_RELOAD', 'maybe'],
    ['DATABASE_URL', 'mysql://x/y'], ['DB_POOL_SIZE', '1'], ['DB_POOL_SIZE', '2.5'], ['DB_POOL_TIMEOUT', '0'],
    ['REDIS_URL', 'http://redis'], ['JWT_SECRET_KEY', 'short'], ['JWT_TOKEN_EXPIRE_MINUTES', '1440'],
    ['ENCRYPTION_KEY', 'not a key'], ['ENCRYPTION_KEY', 'AAAA'], ['ADMIN_EMAIL', 'nobody'], ['FRONTEND_URL', 'localhost:5173'],
    ['PUBLIC_URL', 'ftp://x'], ['PUBLIC_URL', 'https://x/?a=1'], ['TRUST_PROXY', '10.0.0.0/33'], ['TRUST_PROXY', 'proxy'],
    ['CORS_ORIGINS', 'https://x/path'], ['SHUTDOWN_TIMEOUT', 'soon'], ['API_DOCS', '2'], ['PRINCIPAL_MAX_STALE', '0'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ])('refuses %s=%s by name', (variable, value) => {
    expect(problemsOf({ ...LOCAL, [variable]: value })).toEqual([variable]);
  }); // prettier-ignore

  it('tells all problems at once, with what would be right and without the values', () => {
    const bad = { DATABASE_URL: 'nope', PORT: 'http', JWT_SECRET_KEY: 'hunter2', ENCRYPTION_KEY: 'hunter3' };
    expect(problemsOf(bad).sort()).toEqual(['DATABASE_URL', 'ENCRYPTION_KEY', 'JWT_SECRET_KEY', 'PORT']);
    expect(() => parseEnvironment(bad)).toThrow(/4 problems[\s\S]*JWT_SECRET_KEY: at least 32 random bytes/);
    expect(() => parseEnvironment(bad)).not.toThrow(/hunter/);
  });

  it.each([
    ['localhost', true], ['127.0.0.1', true], ['127.8.8.8', true], ['::1', true], ['[::1]', true],
    ['0.0.0.0', false], ['::', false], ['192.168.1.2', false], ['127.example.com', false], ['gateway.internal', false],
  ])('takes HOST=%s for loopback: %s', (host, loopback) => {
    expect(parseEnvironment({ ...OPEN, HOST: host }).listensOnLoopback).toBe(loopback);
  }); // prettier-ignore

  it('needs both secrets beyond loopback, and is not as friendly there', () => {
    expect(problemsOf({ ...LOCAL, HOST: '0.0.0.0' })).toEqual(['JWT_SECRET_KEY', 'ENCRYPTION_KEY']);
    expect(parseEnvironment(OPEN)).toMatchObject({
      listensOnLoopback: false,
      apiDocs: false,
      allowPrivateProviders: false,
      publicUrl: 'http://localhost:8000',
    });
  });

  it.each([
    ['ADMIN_PASSWORD', 'admin123'], ['JWT_SECRET_KEY', 'a'.repeat(64)], ['ENCRYPTION_KEY', '0'.repeat(64)],
  ])('warns of a weak %s on loopback and refuses it beyond', (variable, value) => {
    const { warnings } = parseEnvironment({ ...LOCAL, [variable]: value });
    expect(warnings).toEqual([expect.stringContaining(variable)]);
    expect(warnings[0]).not.toContain(value);
    expect(problemsOf({ ...OPEN, [variable]: value })).toEqual([variable]);
  }); // prettier-ignore

  it('refuses DEV_MODE where others could reach it', () => {
    expect(problemsOf({ ...OPEN, DEV_MODE: 'true' })).toEqual(['DEV_MODE']);
    expect(parseEnvironment({ ...LOCAL, DEV_MODE: 'true' }).devMode).toBe(true);
  });

  it('counts an empty variable as unset', () => {
    expect(parseEnvironment({ ...LOCAL, PORT: '', REDIS_URL: ' ', ADMIN_PASSWORD: '' })).toMatchObject({
      port: 8000,
      redisUrl: null,
      adminPassword: null,
    });
  });

  it('keeps a password as it is, spaces and all', () => {
    expect(parseEnvironment({ ...LOCAL, ADMIN_PASSWORD: ' twelve chars ' }).adminPassword?.reveal()).toBe(
      ' twelve chars ',
    );
  });

  it('takes PUBLIC_URL before its alias, without the slash at the end', () => {
    const urls = { FRONTEND_URL: 'https://old.example.com', PUBLIC_URL: 'https://ccs.example.com/' };
    expect(parseEnvironment({ ...LOCAL, ...urls }).publicUrl).toBe('https://ccs.example.com');
    expect(parseEnvironment({ ...LOCAL, FRONTEND_URL: urls.FRONTEND_URL }).publicUrl).toBe(
      'https://old.example.com',
    );
  });

  it.each([['WARNING', 'warning'], ['warn', 'warning'], ['CRITICAL', 'error'], ['Debug', 'debug']])(
    'understands the log level %s', (given, level) => {
      expect(parseEnvironment({ ...LOCAL, LOG_LEVEL: given }).logLevel).toBe(level);
    },
  ); // prettier-ignore

  it('reads lists and fractions of seconds', () => {
    const lists = {
      TRUST_PROXY: '10.0.0.0/8, ::1',
      CORS_ORIGINS: 'https://a.example.com,https://b.example.com:8443',
    };
    expect(parseEnvironment({ ...LOCAL, ...lists, SHUTDOWN_TIMEOUT: '1.5' })).toMatchObject({
      trustProxy: ['10.0.0.0/8', '::1'],
      corsOrigins: ['https://a.example.com', 'https://b.example.com:8443'],
      shutdownTimeoutMs: 1500,
    });
  });

  it('is documented, variable by variable', () => {
    const read = new Set<string>();
    const recording = new Proxy<Record<string, string>>(LOCAL, {
      get: (variables, name) => {
        // The variables of proxies are read in small letters too.
        read.add(String(name).toUpperCase());
        return Reflect.get(variables, name) as string | undefined;
      },
    });
    parseEnvironment(recording);
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
    const documented = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect(documented.sort()).toEqual([...read].sort());
  });

  it('prints no secret', () => {
    const environment = parseEnvironment({ ...OPEN, ADMIN_PASSWORD: 'correct horse battery' });
    expect(JSON.stringify(environment)).not.toMatch(/correct horse|k3Jx9v|AAECAw|:pw@/);
  });
});
