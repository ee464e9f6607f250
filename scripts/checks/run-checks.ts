import { report, withProgress } from '../process/report.ts';
import { runNodeCommand } from '../process/run-command.ts';
import type { TestCounts } from '../testing/test-counts.ts';

/** One thing that is checked: a command below node_modules, and its arguments. */
interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const TSC = 'typescript/bin/tsc';

/** Longest first: they run two at a time. */
const STATIC_CHECKS: readonly Check[] = [
  { name: 'lint', command: ['eslint/bin/eslint.js', '.', '--max-warnings=0'] },
  { name: 'types of server, libs, simulator and bench', command: [TSC, '-p', 'tsconfig.json'] },
  {
    name: 'types of the portal and its templates',
    command: ['@angular/compiler-cli/bundles/src/bin/ngc.js', '-p', 'admin/tsconfig.app.json', '--noEmit'],
  },
  { name: 'types of the portal’s tests', command: [TSC, '-p', 'admin/tsconfig.spec.json', '--noEmit'] },
  { name: 'types of the scripts', command: [TSC, '-p', 'scripts/tsconfig.json'] },
  { name: 'formatting', command: ['prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'] },
  {
    name: 'import rules',
    command: [
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      ...[
        '--config',
        '.dependency-cruiser.cjs',
        'server',
        'libs',
        'admin/src',
        'simulator',
        'bench',
        'scripts',
      ],
    ],
  },
];

const UNIT_TESTS: Check = {
  name: 'unit tests',
  command: ['jest/bin/jest.js', '--selectProjects=unit', '--cacheDirectory=node_modules/.cache/jest'],
  env: { NODE_OPTIONS: '--experimental-vm-modules --no-warnings=ExperimentalWarning' },
};

export interface CheckOptions {
  /** False where the tests run anyway. */
  readonly withUnitTests: boolean;
  readonly signal: AbortSignal;
}

/** Runs all checks and prints what those that fail have to say. Each counts as one test. */
export async function runChecks(options: CheckOptions): Promise<TestCounts> {
  const checks = [...STATIC_CHECKS, ...(options.withUnitTests ? [UNIT_TESTS] : [])];
  const waiting = [...checks];
  const failures: string[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      if (!(await runCheck(check, options.signal))) failures.push(check.name);
    }
  };
  const workers = await Promise.allSettled([work(), work()]);
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return { passed: checks.length - failures.length, skipped: [], failures };
}

async function runCheck(
  { name, command: [path, ...args], env = {} }: Check,
  signal: AbortSignal,
): Promise<boolean> {
  const { exitCode, output } = await withProgress(name, () =>
    runNodeCommand(path, args, { signal, capture: true, env }),
  );
  if (exitCode === 0) return true;
  process.stderr.write(`\n${output.trim()}\n\n`);
  report(`${name}: FAILED`);
  return false;
}
