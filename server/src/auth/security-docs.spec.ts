import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const PAGE = readFileSync(resolve(ROOT, 'docs/security.md'), 'utf8');
/** Threats of the sections A and B. */
const LAST = 44;
const NOT_BUILT = [26, 30, 33];

describe('docs/security.md', () => {
  const rows = PAGE.split('\n').flatMap((line) => {
    const [, threat, , tests] = /^\| T(\d+) \|([^|]+)\|([^|]+)\|$/.exec(line) ?? [];
    return threat === undefined
      ? []
      : [
          {
            threat: Number(threat),
            tests: [...(tests ?? '').matchAll(/`([^`]+)` \*([^*]+)\*/g)].map(([, file = '', name = '']) => ({
              file,
              name,
            })),
          },
        ];
  });

  it('has a line for every threat to callers and secrets', () => {
    const all = Array.from({ length: LAST }, (_, index) => index + 1);
    expect(rows.map(({ threat }) => threat)).toEqual(all.filter((threat) => !NOT_BUILT.includes(threat)));
  });

  it('names tests that are there', () => {
    expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
    const all = rows.flatMap(({ tests }) => tests);
    expect(all.filter(({ file, name }) => !file.endsWith('.spec.ts') || !has(file, name))).toEqual([]);
  });
});

/** Vectors have their names in files of their own. */
function has(file: string, name: string): boolean {
  const path = resolve(ROOT, file);
  return existsSync(path) && (name === 'every vector' || readFileSync(path, 'utf8').includes(name));
}
