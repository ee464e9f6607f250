import { describe, it } from '@jest/globals';

/** Programs that npm does not bring; `npm test` finds them and says where they are. */
const VARIABLES = {
  redis: 'REDIS_SERVER_BIN',
  chromium: 'CHROMIUM_BIN',
  'claude-code': 'CLAUDE_CODE_BIN',
} as const;

export type RequirementId = keyof typeof VARIABLES;

/** The path of the program. Only inside of `describeIf`. */
export function pathOf(requirement: RequirementId): string {
  const path = process.env[VARIABLES[requirement]];
  if (path === undefined) throw new Error(missing(requirement));
  return path;
}

/**
 * A suite that needs a program: skipped where that is missing, with the reason in its name. Under REQUIRE_ALL=1
 * it fails instead.
 */
export function describeIf(requirement: RequirementId, name: string, suite: () => void): void {
  if (process.env[VARIABLES[requirement]] !== undefined) {
    describe(name, suite);
  } else if (process.env['REQUIRE_ALL'] === '1') {
    describe(name, () => it('has the program it needs', () => void pathOf(requirement)));
  } else {
    describe.skip(`${name} [${missing(requirement)}]`, suite);
  }
}

function missing(requirement: RequirementId): string {
  const variable = VARIABLES[requirement];
  return process.env[`MISSING_${variable}`] ?? `${variable} is not set: run the tests with npm test`;
}
