import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { AuditVerifier } from './audit/audit-verifier.js';
import { CommandModule } from './command.module.js';
import { parseEnvironment } from './config/environment.js';
import { startupFailure } from './http/startup-failure.js';
import { ConfigExport } from './providers/config-export.js';

/** Prints what it found or did to standard output; true: all is well. */
type Command = (context: INestApplicationContext, args: readonly string[]) => Promise<boolean>;

/** `npm run <name>`; each works on the database of the environment and ends. */
const COMMANDS: Readonly<Record<string, Command>> = {
  'audit:verify': async (context) => {
    const { verified, lastHash, broken } = await context.get(AuditVerifier).verify();
    print(`${verified} audit events are as they were written; the hash of the last one is ${lastHash}`);
    if (broken !== null) print(`Event ${broken.id} is not: ${broken.problem}`);
    return broken === null;
  },
  'config:export': async (context, [path]) => {
    const { file, leftOut } = await context.get(ConfigExport).run();
    const text = JSON.stringify(file, null, 2);
    if (path === undefined) print(text);
    else await writeFile(path, `${text}\n`, { flag: 'wx' });
    // Not among the lines of a file that somebody makes of the output.
    for (const secret of leftOut) process.stderr.write(`left out, a secret: ${secret}\n`);
    return true;
  },
};

try {
  process.exitCode = (await run(process.argv[2] ?? '')) ? 0 : 1;
} catch (error) {
  process.stderr.write(`\n${startupFailure(error)}\n`);
  process.exitCode = 1;
}

async function run(name: string): Promise<boolean> {
  const command = COMMANDS[name];
  if (command === undefined)
    throw new Error(`There is no command '${name}': ${Object.keys(COMMANDS).join(', ')}`);
  const environment = parseEnvironment(process.env);
  const context = await NestFactory.createApplicationContext(CommandModule.forRoot(environment), {
    logger: ['warn', 'error'],
    abortOnError: false,
  });
  try {
    return await command(context, process.argv.slice(3));
  } finally {
    await context.close();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
