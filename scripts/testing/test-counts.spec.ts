import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { root } from '../install/paths.mjs';
import { addCounts, countTests, describeCounts, summarise } from './test-counts.ts';

/** A report of files, each a list of the states of its tests. */
const reportOf = (...files: readonly string[][]): string =>
  JSON.stringify({
    testResults: files.map((tests) => ({
      name: join(root, 'libs/a.spec.ts'),
      status: tests.includes('failed') || tests.length === 0 ? 'failed' : 'passed',
      message: 'it does not compile',
      assertionResults: tests.map((status, at) => ({
        status,
        fullName: `case ${at}`,
        failureMessages: status === 'failed' ? ['\u001b[31mexpected 1\u001b[39m'] : [],
      })),
    })),
  });

describe('counting tests', () => {
  it.each<[string, string | null, number, string]>([
    ['all passed', reportOf(['passed', 'passed'], ['passed']), 0, '3 passed, 0 failed'],
    ['one failed', reportOf(['passed', 'failed']), 1, '1 passed, 1 failed'],
    [
      'skipped in all their names',
      reportOf(['passed', 'pending', 'skipped', 'todo']),
      0,
      '1 passed, 0 failed, 3 skipped',
    ],
    ['a file that could not be run', reportOf(['passed'], []), 1, '1 passed, 1 failed'],
    ['no file at all', reportOf(), 1, '0 passed, 1 failed'],
    ['a runner that failed after its tests', reportOf(['passed']), 134, '1 passed, 1 failed'],
    ['a runner that left no report', null, 134, '0 passed, 1 failed'],
    ['a runner that left no report and calls that success', null, 0, '0 passed, 1 failed'],
  ])('%s', (_what, report, exitCode, line) => {
    expect(describeCounts(countTests(report, exitCode))).toBe(line);
  });

  it('sums over runners, and tells at the end what failed', () => {
    const runs = [
      countTests(reportOf(['passed', 'failed'], []), 1),
      countTests(reportOf(['passed', 'todo']), 0),
      countTests(null, 7),
    ];
    expect(summarise(addCounts(runs))).toBe(
      'FAILED libs/a.spec.ts: case 1\n  expected 1\n\n' +
        'FAILED libs/a.spec.ts\n  it does not compile\n\n' +
        'FAILED the runner left no report: exit code 7\n\n' +
        '2 passed, 3 failed, 1 skipped\n',
    );
  });
});
