import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { npmCommand } from '../install/install-packages.mjs';
import { nodeModules } from '../install/paths.mjs';
import { withProgress } from '../process/report.ts';
import { runCommand } from '../process/run-command.ts';

/** The client that the end-to-end tests run. Its licence does not allow keeping a copy, so npm fetches it. */
const VERSION = '2.1.330';
const PACKAGE = `@anthropic-ai/claude-code@${VERSION}`;

const folder = join(nodeModules, '.cache', 'claude-code', VERSION);
const platform = `${process.platform}-${process.arch}`;
const executable = process.platform === 'win32' ? 'claude.exe' : 'claude';
const program = join(folder, 'node_modules', '@anthropic-ai', `claude-code-${platform}`, executable);

/** The path of the program, fetched if need be (about 360 MB), or why it cannot be had. */
export async function fetchClaudeCode(signal: AbortSignal): Promise<{ path: string } | { reason: string }> {
  if (existsSync(program)) return { path: program };
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const [command, ...prefix] = npmCommand();
  // The program needs no install script.
  const flags = [
    '--no-save',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  const { exitCode, output } = await withProgress(`fetching ${PACKAGE} for the tests`, () =>
    runCommand(command, [...prefix, 'install', '--prefix', unfinished, ...flags, PACKAGE], {
      signal,
      capture: true,
    }),
  );
  if (exitCode !== 0) {
    await rm(unfinished, { recursive: true, force: true });
    return { reason: `npm cannot fetch ${PACKAGE}: ${output.trim().split('\n')[0] ?? ''}` };
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await rename(unfinished, folder);
  return existsSync(program) ? { path: program } : { reason: `${PACKAGE} has no program for ${platform}` };
}
