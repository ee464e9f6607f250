export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0 };

/** What Jest's `--json` and Vitest's `json` reporter have in common. */
interface JsonReport {
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

/**
 * Counts a run by its report and exit code. A file that failed without a failed test (it did not compile, a hook
 * threw) counts as one failed test, and so does a run that failed otherwise, or left no report.
 *
 * @param report the text of the JSON report, null if there is none
 */
export function countTests(report: string | null, exitCode: number): TestCounts {
  const counted = report === null ? NO_TESTS : countReport(JSON.parse(report) as JsonReport);
  const crashed = report === null || (exitCode !== 0 && counted.failed === 0);
  return crashed ? { ...counted, failed: counted.failed + 1 } : counted;
}

export function addCounts(all: readonly TestCounts[]): TestCounts {
  return all.reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    NO_TESTS,
  );
}

/** `12 passed, 0 failed`, and `, 3 skipped` if there are any: read by machines, so keep it. */
export function describeCounts({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function countReport({ testResults }: JsonReport): TestCounts {
  return addCounts(
    testResults.map(({ status, assertionResults }) => {
      const count = (wanted: string): number =>
        assertionResults.filter((test) => test.status === wanted).length;
      const passed = count('passed');
      const failed = count('failed');
      const skipped = assertionResults.length - passed - failed;
      return { passed, failed: status === 'failed' && failed === 0 ? 1 : failed, skipped };
    }),
  );
}
