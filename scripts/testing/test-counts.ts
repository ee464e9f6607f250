import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../install/paths.mjs';

/** How a run went. */
export interface TestCounts {
  readonly passed: number;
  /** The file and name of each. */
  readonly skipped: readonly string[];
  /** A text each: the file and name of the test, then the first lines of what it says. */
  readonly failures: readonly string[];
}

export const NO_TESTS: TestCounts = { passed: 0, skipped: [], failures: [] };

/** Of a failure's message, enough to know what to look for. */
const MESSAGE_LINES = 15;
const LINE_LENGTH = 200;

/** What Jest's `--json` and Vitest's `json` reporter have in common. */
interface JsonReport {
  readonly testResults: readonly FileResult[];
}

interface FileResult {
  /** Its path. */
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages: readonly string[] | null;
  }[];
}

/**
 * Counts a run by its report and exit code. A file that failed without a failed test (it did not compile, a hook
 * threw) counts as one failed test, and so does a run that failed otherwise, or left no report.
 *
 * @param report the text of the JSON report, null if there is none
 */
export function countTests(report: string | null, exitCode: number): TestCounts {
  const counted =
    report === null ? NO_TESTS : addCounts((JSON.parse(report) as JsonReport).testResults.map(countFile));
  const crashed = report === null || (exitCode !== 0 && counted.failures.length === 0);
  if (!crashed) return counted;
  const crash = report === null ? 'left no report' : 'failed though no test did';
  return { ...counted, failures: [...counted.failures, `the runner ${crash}: exit code ${exitCode}`] };
}

export function addCounts(all: readonly TestCounts[]): TestCounts {
  return all.reduce(
    (sum, { passed, skipped, failures }) => ({
      passed: sum.passed + passed,
      skipped: [...sum.skipped, ...skipped],
      failures: [...sum.failures, ...failures],
    }),
    NO_TESTS,
  );
}

/** `12 passed, 0 failed`, and `, 3 skipped` if there are any: read by machines, so keep it. */
export function describeCounts({ passed, failures, skipped }: TestCounts): string {
  return `${passed} passed, ${failures.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`;
}

/** What failed once more and then the counts, as the last line: the end of a log is what one reads. */
export function summarise(counts: TestCounts): string {
  return [...counts.failures.map((failure) => `FAILED ${failure}\n`), describeCounts(counts), ''].join('\n');
}

function countFile({ name, status, message, assertionResults }: FileResult): TestCounts {
  const file = relative(root, name);
  const passed = assertionResults.filter((test) => test.status === 'passed').length;
  const failures = assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => describeFailure(`${file}: ${test.fullName}`, test.failureMessages?.join('\n') ?? ''));
  const skipped = assertionResults
    .filter((test) => test.status !== 'passed' && test.status !== 'failed')
    .map((test) => `${file}: ${test.fullName}`);
  if (status === 'failed' && failures.length === 0) failures.push(describeFailure(file, message));
  return { passed, skipped, failures };
}

function describeFailure(test: string, message: string): string {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, MESSAGE_LINES);
  return [test, ...lines.map((line) => `  ${line.slice(0, LINE_LENGTH)}`)].join('\n');
}
