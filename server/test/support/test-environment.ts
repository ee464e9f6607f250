import { afterAll } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnvironment, type Environment } from '../../src/config/environment.js';

const directories: string[] = [];

afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** The environment of a gateway on loopback with a data directory of its own; `variables` win. */
export function testEnvironment(databaseUrl: string, variables: Record<string, string> = {}): Environment {
  const directory = mkdtempSync(join(tmpdir(), 'ccs-medium-'));
  directories.push(directory);
  return parseEnvironment({
    PORT: '0',
    DATABASE_URL: databaseUrl,
    DATA_DIR: directory,
    DB_POOL_SIZE: '4',
    LOG_LEVEL: 'error',
    ...variables,
  });
}
