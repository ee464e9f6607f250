import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fetchClaudeCode } from './claude-code.ts';

/** A program that some suites need and npm does not bring with the packages. */
export interface Requirement {
  /** As suites call it: `describeIf('redis', …)`. */
  readonly id: 'redis' | 'chromium' | 'claude-code';
  /** Tells the suites where it is. */
  readonly variable: string;
  /** Its path, or why there is none and what to do. */
  readonly found: { readonly path: string } | { readonly reason: string };
}

const NAMES = {
  redis: ['redis-server', 'valkey-server'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
};

const CHROME_ON_MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** @param withClaudeCode whether the run has tests that need it; it is fetched then */
export async function findRequirements(withClaudeCode: boolean, signal: AbortSignal): Promise<Requirement[]> {
  return [
    {
      id: 'redis',
      variable: 'REDIS_SERVER_BIN',
      found: findProgram('REDIS_SERVER_BIN', NAMES.redis, 'apt-get install -y redis-server'),
    },
    {
      id: 'chromium',
      variable: 'CHROMIUM_BIN',
      found: findProgram('CHROMIUM_BIN', NAMES.chromium, 'apt-get install -y chromium', CHROME_ON_MACOS),
    },
    { id: 'claude-code', variable: 'CLAUDE_CODE_BIN', found: await findClaudeCode(withClaudeCode, signal) },
  ];
}

function findProgram(
  variable: string,
  names: readonly string[],
  install: string,
  elsewhere?: string,
): Requirement['found'] {
  const given = process.env[variable];
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), elsewhere];
  const path = given ?? candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (path !== undefined && existsSync(path)) return { path };
  if (given !== undefined) return { reason: `${variable}=${given} does not exist` };
  return { reason: `${names[0]} was not found. Install it: ${install}` };
}

async function findClaudeCode(wanted: boolean, signal: AbortSignal): Promise<Requirement['found']> {
  const given = process.env['CLAUDE_CODE_BIN'];
  if (given !== undefined) {
    return existsSync(given) ? { path: given } : { reason: `CLAUDE_CODE_BIN=${given} does not exist` };
  }
  return wanted ? fetchClaudeCode(signal) : { reason: 'no test of this run was seen to need it' };
}
