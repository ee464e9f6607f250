import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../install/paths.mjs';

const FOLDERS = ['server', 'libs', 'admin', 'simulator', 'bench', 'scripts'];
const CONFIG = join(root, '.dependency-cruiser.cjs');

/** A file, and what it imports. */
type Import = readonly [file: string, imported: string];

/** For each rule, files that break it. */
const BREAKING: Readonly<Record<string, readonly Import[]>> = {
  'no-circle': [
    ['server/src/users/a.ts', '../auth/b.js'],
    ['server/src/auth/b.ts', '../users/a.js'],
  ],
  'no-unresolvable-import': [['server/src/users/lost.ts', './nowhere.js']],
  'libs-know-nobody': [
    ['libs/wire/src/package.ts', 'undici'],
    ['libs/wire/src/node.ts', 'node:fs'],
    ['libs/dto/src/server.ts', '../../../server/src/errors/gateway-error.js'],
  ],
  'class-validator-only-in-dto': [['libs/wire/src/validated.ts', 'class-validator']],
  'pure-rooms-stay-low': [
    ['server/src/converters/up.ts', '../config/environment.js'],
    ['server/src/routing/up.ts', '../providers/provider-catalog.js'],
    ['server/src/tokens/up.ts', '../main.js'],
  ],
  'pure-rooms-know-no-node': [
    ['server/src/resilience/clock.ts', 'node:timers'],
    ['server/src/errors/path.ts', 'path'],
  ],
  'pure-rooms-know-no-framework': [
    ['server/src/routing/nest.ts', '@nestjs/common'],
    ['server/src/routing/routing.module.ts', '@nestjs/common'],
    ['server/src/converters/http.ts', 'undici'],
  ],
  'settings-rooms-stay-low': [
    ['server/src/config/up.ts', '../database/connect.js'],
    ['server/src/telemetry/up.ts', '../users/user-account.js'],
  ],
  'infrastructure-rooms-stay-low': [
    ['server/src/http/up.ts', '../auth/principal.js'],
    ['server/src/provider-clients/up.ts', '../providers/provider-catalog.js'],
    ['server/src/queue/up.ts', '../messages/attempts.js'],
  ],
  'domain-rooms-stay-low': [
    ['server/src/providers/up.ts', '../messages/attempts.js'],
    ['server/src/usage/up.ts', '../app.module.js'],
  ],
  'feature-rooms-stay-apart': [
    ['server/src/messages/aside.ts', '../models/model-list.js'],
    ['server/src/stats/aside.ts', '../conversations/conversation.js'],
    ['server/src/health/aside.ts', '../stats/chart.js'],
    ['server/src/messages/up.ts', '../worker.module.js'],
  ],
  'only-conversations-and-health-use-messages': [
    ['server/src/models/attempts.ts', '../messages/attempts.js'],
    ['server/src/preferences/attempts.ts', '../messages/attempts.js'],
  ],
  'internal-is-private': [
    ['server/src/usage/peep.ts', '../providers/internal/secret.js'],
    ['server/test/medium/peep.ts', '../../src/providers/internal/secret.js'],
  ],
  'internal-is-private-to-composition': [['server/src/main.ts', './providers/internal/secret.js']],
  'hot-path-knows-no-database': [
    ['server/src/messages/sql.ts', 'typeorm'],
    ['server/src/messages/messages.module.ts', '@nestjs/typeorm'],
    ['server/src/provider-clients/sql.ts', 'pg'],
    ['server/src/messages/database.ts', '../database/connect.js'],
  ],
  'typeorm-only-where-sql-lives': [
    ['server/src/users/users.service.ts', 'typeorm'],
    ['server/src/main.ts', '@nestjs/typeorm'],
  ],
  'production-knows-no-tests': [
    ['server/src/users/tested.ts', '../../test/support/factory.js'],
    ['simulator/src/tested.ts', './answers.spec.js'],
  ],
  'nobody-imports-the-server': [
    ['admin/src/app/core/server.ts', '../../../../server/src/errors/gateway-error.js'],
    ['simulator/src/server.ts', '../../server/src/errors/gateway-error.js'],
  ],
  'nobody-imports-the-portal': [['server/src/http/portal.ts', '../../../admin/src/main.js']],
  'portal-features-stay-apart': [
    ['admin/src/app/features/login/aside.ts', '../home/home.js'],
    ['admin/src/app/features/login/up.ts', '../../app.routes.js'],
  ],
  'portal-core-knows-no-feature': [['admin/src/app/core/up.ts', '../features/home/home.js']],
  'portal-ui-knows-libs-only': [
    ['admin/src/app/ui/up.ts', '../core/session.js'],
    ['admin/src/app/ui/feature.ts', '../features/home/home.js'],
  ],
  'portal-http-only-in-clients': [
    ['admin/src/app/features/home/http.ts', '@angular/common/http'],
    ['admin/src/app/ui/http.ts', '@angular/common/http'],
  ],
};

/** What the rules leave free. */
const ALLOWED: readonly Import[] = [
  ['libs/dto/src/validated.ts', 'class-validator'],
  ['server/src/converters/free.ts', '../errors/gateway-error.js'],
  ['server/src/converters/free.spec.ts', 'node:fs'],
  ['server/src/converters/converters.module.ts', '@nestjs/common'],
  ['server/src/tokens/free.ts', 'gpt-tokenizer'],
  ['server/src/providers/free.ts', '../converters/free.js'],
  ['server/src/providers/free.repository.ts', 'typeorm'],
  ['server/src/providers/free-internal.ts', './internal/secret.js'],
  ['server/src/messages/free.ts', '../providers/free.js'],
  ['server/src/conversations/free.ts', '../messages/free.js'],
  ['server/src/health/free.ts', '../messages/free.js'],
  ['server/src/app.module.ts', './messages/free.js'],
  ['server/test/e2e/free.ts', '../../src/providers/free.js'],
  ['bench/src/free.ts', '../../server/src/converters/free.js'],
  ['admin/src/app/features/home/free-client.ts', '@angular/common/http'],
  ['admin/src/app/features/home/free.ts', '../../core/free.js'],
  ['admin/src/app/core/free.ts', '@angular/common/http'],
];

interface Violation {
  /** A circle is told once, from any of its files. */
  readonly from: string;
  readonly cycle?: readonly { readonly name: string }[];
  readonly rule: { readonly name: string };
}

describe('the import rules', () => {
  let directory: string;
  let violations: readonly Violation[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ccs-import-rules-'));
    await writeTree(directory, [...Object.values(BREAKING).flat(), ...ALLOWED]);
    violations = await cruise(directory);
  }, 60_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('have a breaking file each', () => {
    const { forbidden } = createRequire(import.meta.url)(CONFIG) as {
      forbidden: readonly { name: string }[];
    };
    expect(Object.keys(BREAKING).sort()).toEqual(forbidden.map(({ name }) => name).sort());
  });

  it.each(
    Object.entries(BREAKING).flatMap(([rule, files]) =>
      files.map(([file, imported]) => [rule, file, imported]),
    ),
  )('%s catches %s importing %s', (rule, file) => {
    const caught = violations.filter(({ from, cycle = [] }) =>
      [from, ...cycle.map(({ name }) => name)].includes(file),
    );
    expect(caught.map((violation) => violation.rule.name)).toContain(rule);
  });

  it.each(ALLOWED)('let %s import %s', (file) => {
    expect(violations.filter(({ from }) => from === file)).toEqual([]);
  });

  it('are kept by the whole repository', async () => {
    expect((await cruise(root)).map(({ rule, from }) => `${rule.name}: ${from}`)).toEqual([]);
  }, 60_000);
});

/** Writes the files with all that they import, and a package for each that is none of ours. */
async function writeTree(directory: string, imports: readonly Import[]): Promise<void> {
  const contents = new Map<string, string>();
  const add = (file: string, line: string): void =>
    void contents.set(file, `${contents.get(file) ?? ''}${line}\n`);
  for (const [file, imported] of imports) {
    add(file, `import * as i${contents.get(file)?.length ?? 0} from '${imported}';`);
    const target = join(dirname(file), imported).replace(/\.js$/, '.ts');
    if (!imported.startsWith('.')) await writePackage(directory, imported);
    else if (!imported.includes('nowhere')) add(target, 'export {};');
  }
  for (const [file, content] of contents) await write(join(directory, file), content);
  await write(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext' } }));
}

async function writePackage(directory: string, name: string): Promise<void> {
  if (name.startsWith('node:') || name === 'path') return;
  const folder = join(directory, 'node_modules', name);
  if (existsSync(folder)) return;
  await write(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
  await write(join(folder, 'index.js'), '');
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

function cruise(directory: string): Promise<readonly Violation[]> {
  const command = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const folders = FOLDERS.filter((folder) => existsSync(join(directory, folder)));
  const args = [command, '--config', CONFIG, '--output-type', 'json', ...folders];
  return new Promise((resolve, reject) => {
    // It exits with the number of violations.
    execFile(process.execPath, args, { cwd: directory, maxBuffer: 100_000_000 }, (error, stdout, stderr) => {
      if (stdout === '') reject(error ?? new Error(stderr));
      else resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
    });
  });
}
