import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { root } from '../install/paths.mjs';
import { readLaunchSettings } from './launch-settings.ts';

describe('what the launcher reads from the environment', () => {
  it('has the defaults of the product', () => {
    expect(readLaunchSettings({})).toEqual({
      host: '127.0.0.1',
      port: 8000,
      dataDir: join(root, 'data'),
      databaseUrl: null,
      shutdownTimeoutMs: 30_000,
    });
  });

  it.each<[Record<string, string>, object]>([
    [
      { HOST: '0.0.0.0', PORT: '0' },
      { host: '0.0.0.0', port: 0 },
    ],
    [
      { HOST: ' ', PORT: '', DATABASE_URL: '' },
      { host: '127.0.0.1', port: 8000, databaseUrl: null },
    ],
    [{ DATA_DIR: '/var/lib/cc-switch' }, { dataDir: '/var/lib/cc-switch' }],
    [{ DATA_DIR: 'elsewhere' }, { dataDir: join(root, 'elsewhere') }],
    [{ SHUTDOWN_TIMEOUT: '0' }, { shutdownTimeoutMs: 0 }],
    [{ SHUTDOWN_TIMEOUT: '1.5' }, { shutdownTimeoutMs: 1_500 }],
    // The server refuses these, in words; the launcher only must not fall over them.
    [
      { PORT: 'http', SHUTDOWN_TIMEOUT: 'soon' },
      { port: null, shutdownTimeoutMs: 30_000 },
    ],
    [{ PORT: '65536' }, { port: null }],
  ])('%j', (env, expected) => {
    expect(readLaunchSettings(env)).toMatchObject(expected);
  });
});
