import { jsonProblem } from './json-problem.js';
import { ENTRY_CHECKS, ROUTING_CHECKS, type Check, type Remarks } from './provider-file-checks.js';
import type { FileRemark, ParsedProviderFile, ProviderEntry } from './provider-file.js';
import { isObject } from './value-rules.js';

/**
 * Reads a provider.json. All problems at once, each with its JSON path; unknown keys are only warned of. No message
 * quotes a value, which may be a key.
 */
export function parseProviderFile(text: string): ParsedProviderFile {
  const problems: FileRemark[] = [];
  const warnings: FileRemark[] = [];
  const remarks: Remarks = {
    problem: (path, words) => problems.push({ path, text: words }),
    warning: (path, words) => warnings.push({ path, text: words }),
  };
  const root = parseRoot(text, remarks);
  const providers = readProviders(root.providers, remarks);
  const { providers: _, schema_version: version, ...routing } = root;
  if (version !== undefined && version !== 1) remarks.problem('$.schema_version', 'must be 1');
  const checked = checkKeys('$', routing, ROUTING_CHECKS, remarks);
  return { file: { providers, routing: checked }, problems, warnings };
}

function parseRoot(text: string, remarks: Remarks): Readonly<Record<string, unknown>> {
  const json = text.replace(/^\uFEFF/, '');
  const problem = jsonProblem(json);
  if (problem !== null) {
    remarks.problem('$', `is not JSON (${problem})`);
    return {};
  }
  const root: unknown = JSON.parse(json);
  if (isObject(root)) return root;
  remarks.problem('$', 'must be an object');
  return {};
}

function readProviders(list: unknown, remarks: Remarks): ProviderEntry[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    remarks.problem('$.providers', 'must be a list');
    return [];
  }
  const seen = new Set<string>();
  return list.flatMap((item: unknown, index) => {
    const path = `$.providers[${index}]`;
    const entry = readEntry(path, item, remarks);
    if (entry === null) return [];
    const identity = `${entry.api_format} ${entry.name}`;
    if (seen.has(identity)) {
      remarks.problem(
        `${path}.name`,
        `'${entry.name}' with api_format '${entry.api_format}' is there already`,
      );
      return [];
    }
    seen.add(identity);
    return [entry];
  });
}

function readEntry(path: string, item: unknown, remarks: Remarks): ProviderEntry | null {
  if (!isObject(item)) {
    remarks.problem(path, 'must be an object');
    return null;
  }
  let sound = true;
  const watched: Remarks = {
    ...remarks,
    problem: (where, words) => {
      sound = false;
      remarks.problem(where, words);
    },
  };
  const entry = checkKeys(path, { api_format: 'openai', ...withoutNulls(item) }, ENTRY_CHECKS, watched);
  for (const key of ['name', 'base_url']) {
    if (!Object.hasOwn(withoutNulls(item), key)) watched.problem(`${path}.${key}`, 'is missing');
  }
  // Each key was checked against its own rule, and the required ones are there.
  return sound ? (entry as unknown as ProviderEntry) : null;
}

/** The known keys whose values are right. */
function checkKeys(
  path: string,
  object: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, Check>>,
  remarks: Remarks,
): Record<string, unknown> {
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(withoutNulls(object))) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) remarks.warning(`${path}.${key}`, 'is not a known key and has no effect');
    else kept.push([key, check(value, `${path}.${key}`, remarks)]);
  }
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
}

/** The original writes null for what is not set. */
function withoutNulls(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}
