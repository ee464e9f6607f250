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

type RequirementId = Requirement['id'];

export const REQUIREMENT_IDS: readonly RequirementId[] = ['redis', 'chromium', 'claude-code'];

/** Looks for the programs, and fetches what npm has. */
export function findRequirements(ids: readonly RequirementId[], signal: AbortSignal): Promise<Requirement[]> {
  return Promise.all(ids.map((id) => findRequirement(id, signal)));
}

async function findRequirement(id: RequirementId, signal: AbortSignal): Promise<Requirement> {
  switch (id) {
    case 'redis': {
      const variable = 'REDIS_SERVER_BIN';
      return { id, variable, found: findProgram(variable, NAMES.redis, 'apt-get install -y redis-server') };
    }
    case 'chromium': {
      const variable = 'CHROMIUM_BIN';
      const found = findProgram(variable, NAMES.chromium, 'apt-get install -y chromium', CHROME_ON_MACOS);
      return { id, variable, found };
    }
    case 'claude-code': {
      const variable = 'CLAUDE_CODE_BIN';
      const given = process.env[variable];
      return {
        id,
        variable,
        found: given === undefined ? await fetchClaudeCode(signal) : existing(variable, given),
      };
    }
  }
}

function existing(variable: string, path: string): Requirement['found'] {
  return existsSync(path) ? { path } : { reason: `${variable}=${path} does not exist` };
}

function findProgram(
  variable: string,
  names: readonly string[],
  install: string,
  elsewhere?: string,
): Requirement['found'] {
  const given = process.env[variable];
  if (given !== undefined) return existing(variable, given);
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), elsewhere];
  const path = candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
  return path === undefined ? { reason: `${names[0]} was not found. Install it: ${install}` } : { path };
}
