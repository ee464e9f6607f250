import { describe, expect, it } from '@jest/globals';
import { addCounts, countTests, describeCounts } from './test-counts.ts';

/** A report of files, each a list of the states of its tests. */
const reportOf = (...files: readonly string[][]): string =>
  JSON.stringify({
    testResults: files.map((tests) => ({
      status: tests.includes('failed') || tests.length === 0 ? 'failed' : 'passed',
      assertionResults: tests.map((status) => ({ status })),
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

  it('sums over runners', () => {
    const one = { passed: 2, failed: 1, skipped: 0 };
    expect(addCounts([one, { passed: 3, failed: 0, skipped: 4 }])).toEqual({
      passed: 5,
      failed: 1,
      skipped: 4,
    });
  });
});
