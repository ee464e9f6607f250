import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawnGroup } from '../process/process-group.ts';
import { TEST_RUN_VARIABLE } from '../process/test-run.ts';
import { postgresProgram } from './binaries.ts';
import type { ServerUser } from './server-user.ts';

/** What PostgreSQL may see of the environment, which holds the keys of providers. */
const PASSED_ON = ['PATH', 'HOME', 'TZ', 'TMPDIR', 'TEMP', 'SystemRoot', TEST_RUN_VARIABLE];

/** A program of PostgreSQL in a session of its own: the terminal's Ctrl-C must not stop it before its clients. */
export function spawnPostgres(
  user: ServerUser,
  program: 'initdb' | 'postgres',
  args: readonly string[],
  stdio: StdioOptions,
): ChildProcess {
  const [command = '', ...rest] = [...user.wrapper, postgresProgram(program), ...args];
  const passedOn = PASSED_ON.map((name) => [name, process.env[name]] as const);
  return spawnGroup(command, rest, {
    ...user.ids,
    // A directory that any user may be in.
    cwd: '/',
    stdio,
    env: { ...Object.fromEntries(passedOn), LC_ALL: 'C' },
  });
}
