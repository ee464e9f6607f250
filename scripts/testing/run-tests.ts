import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PORTAL, SERVER } from '../build/build-target.ts';
import { ensureBuilt } from '../build/ensure-built.ts';
import { startThrowAwayPostgres } from '../postgres/throw-away-postgres.ts';
import { report, withProgress } from '../process/report.ts';
import { TEST_RUN_VARIABLE } from '../process/test-run.ts';
import { withTemporaryDirectory } from '../process/temporary-directory.ts';
import { endLeftovers } from './leftovers.ts';
import { findRequirements, REQUIREMENT_IDS, type Requirement } from './requirements.ts';
import { listTestFiles, runJest } from './run-jest.ts';
import { runPortalTests } from './run-portal-tests.ts';
import { addCounts, describeCounts, type TestCounts } from './test-counts.ts';

/** Settings of a gateway that a developer may have exported; tests bring their own. */
const GATEWAY_VARIABLES =
  'HOST PORT DATA_DIR DATABASE_URL REDIS_URL PROVIDER_CONFIG_PATH ADMIN_EMAIL ADMIN_PASSWORD LOG_LEVEL ' +
  'SHUTDOWN_TIMEOUT JWT_SECRET_KEY ENCRYPTION_KEY PUBLIC_URL FRONTEND_URL DEV_MODE EMBEDDED_WORKER NODE_ENV';

/**
 * Runs the tests on real servers, which it starts and ends. With `args` (patterns and flags of Jest) only Jest's,
 * and only the servers that those need. Under REQUIRE_ALL=1 a skipped test is a failure.
 */
export async function runTests(args: readonly string[], signal: AbortSignal): Promise<TestCounts> {
  const requireAll = process.env.REQUIRE_ALL === '1';
  const counts = await withTemporaryDirectory(async (directory) => {
    const jest = await runJestOnServers(args, directory, signal);
    report(`server, libs, simulator, bench and scripts: ${describeCounts(jest)}`);
    if (args.length > 0) return jest;
    const portal = await runPortalTests(directory, signal);
    report(`portal: ${describeCounts(portal)}`);
    return addCounts([jest, portal]);
  });
  if (!requireAll || args.length > 0) return counts;
  const skipped = counts.skipped.map((test) => `${test}\n  skipped, and REQUIRE_ALL=1`);
  return { passed: counts.passed, skipped: [], failures: [...counts.failures, ...skipped] };
}

async function runJestOnServers(
  args: readonly string[],
  directory: string,
  signal: AbortSignal,
): Promise<TestCounts> {
  const files = await listTestFiles(args, signal);
  const withServers = files.filter((file) => file.includes('/server/test/'));
  // Unit tests need none of what follows.
  if (withServers.length === 0) return runJest({ args, env: {}, directory, signal });

  await ensureBuilt([SERVER, PORTAL], signal);
  const requirements = await findRequirements(await neededBy(withServers), signal);
  const postgres = await withProgress('starting a PostgreSQL for the tests', () =>
    startThrowAwayPostgres(directory, signal),
  );
  const runId = randomUUID();
  try {
    const env = {
      ...Object.fromEntries(GATEWAY_VARIABLES.split(' ').map((name) => [name, undefined])),
      ...requirementVariables(requirements),
      TEST_DATABASE_URL: postgres.url,
      [TEST_RUN_VARIABLE]: runId,
      TMPDIR: directory,
    };
    if (args.length > 0) return await runJest({ args, env, directory, signal });
    // The end-to-end suites measure, wait and kill: one after the other, or they disturb one another.
    const quick = await runJest({ args: ['--selectProjects', 'unit', 'medium'], env, directory, signal });
    const e2e = await runJest({ args: ['--selectProjects', 'e2e', '--runInBand'], env, directory, signal });
    return addCounts([quick, e2e]);
  } finally {
    for (const { found } of requirements)
      if ('reason' in found) report(`some tests cannot run: ${found.reason}`);
    for (const command of await endLeftovers(runId)) report(`a test left this running: ${command}`);
    await postgres.stop();
  }
}

/** `REDIS_SERVER_BIN` and the like: a path, or unset; `MISSING_REDIS_SERVER_BIN`: why. */
function requirementVariables(requirements: readonly Requirement[]): Record<string, string | undefined> {
  return Object.fromEntries(
    requirements.flatMap(({ variable, found }) => [
      [variable, 'path' in found ? found.path : undefined],
      [`MISSING_${variable}`, 'reason' in found ? found.reason : undefined],
    ]),
  );
}

/** What the files ask for by `describeIf`. */
async function neededBy(files: readonly string[]): Promise<Requirement['id'][]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return REQUIREMENT_IDS.filter((id) => texts.some((text) => text.includes(`'${id}'`)));
}
