import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startGateway, type Gateway } from '../support/start-gateway.js';
import { createTestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const MAIN = resolve(import.meta.dirname, '../../../dist/server/server/src/main.js');

describe('the gateway keeps its secrets', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ oneTimePassword: true });
  });
  afterAll(() => gateway.stop());

  it('refuses to listen beyond loopback, and says all that is missing at once', async () => {
    const database = await createTestDatabase();
    try {
      const child = spawn(process.execPath, [MAIN], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          HOST: '0.0.0.0',
          PORT: '0',
          DEV_MODE: 'true',
          DATABASE_URL: database.url,
        },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      expect(code).toBe(78);
      for (const variable of ['JWT_SECRET_KEY', 'ENCRYPTION_KEY', 'DEV_MODE', 'ADMIN_PASSWORD']) {
        expect(output).toContain(`  ${variable}: `);
      }
      expect(output).not.toMatch(/running|at .*\.js:\d+/);
    } finally {
      await database.drop();
    }
  });

  it('writes them for its own user alone', async () => {
    const files = (await readdir(gateway.dataDir)).filter((name) => name.endsWith('.key'));
    expect(files.sort()).toEqual(['encryption.key', 'jwt-secret.key']);
    for (const name of files) {
      expect([name, (await stat(join(gateway.dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
  });

  it('opens no debugger on a signal', async () => {
    process.kill(gateway.pid, 'SIGUSR1');
    const alive = await fetch(`${gateway.url}/health`);
    expect(alive.status).toBe(200);
    await expect(fetch('http://127.0.0.1:9229/json')).rejects.toThrow();
    expect(gateway.output()).not.toContain('Debugger listening');
  });
});
