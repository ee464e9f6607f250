import { ENTRY_CHECKS, ROUTING_CHECKS, type Check } from '../config/provider-file-checks.js';
import { ValidationFailedError, type FieldProblem } from '../errors/caller-errors.js';

/**
 * Values of the admin API by the rules of provider.json; here what the file is only warned of is wrong as well.
 *
 * @returns the values as they are to be kept
 * @throws ValidationFailedError with everything that is wrong
 */
export const checkEntry = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  checkAll(values, ENTRY_CHECKS);

export const checkRouting = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  checkAll(values, ROUTING_CHECKS);

function checkAll(
  values: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
): Record<string, unknown> {
  const problems: FieldProblem[] = [];
  const tell = (path: string, text: string): void => {
    const pointer = pointerOf(path);
    const field = pointer.split('/').at(-1) ?? '';
    problems.push({ pointer, code: 'invalid_value', detail: `${unescape(field)} ${text}` });
  };
  const kept = Object.entries(values).map(([key, value]) => {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    return [key, check?.(value, `$.${key}`, { problem: tell, warning: tell })] as const;
  });
  if (problems.length > 0) throw new ValidationFailedError(problems);
  return Object.fromEntries(kept);
}

/** `$.a["b.c"][0]` -> `/a/b.c/0`. */
export function pointerOf(path: string): string {
  const steps = path.matchAll(/\.([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g);
  return [...steps]
    .map(([, name, index, quoted]) => name ?? index ?? String(JSON.parse(quoted ?? '""')))
    .map((step) => `/${step.replace(/~/g, '~0').replace(/\//g, '~1')}`)
    .join('');
}

const unescape = (step: string): string => step.replace(/~1/g, '/').replace(/~0/g, '~');
