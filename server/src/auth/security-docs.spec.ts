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
            files: [...(tests ?? '').matchAll(/`([^`]+)`/g)].map(([, file]) => file ?? ''),
          },
        ];
  });

  it('has a line for every threat to callers and secrets', () => {
    const all = Array.from({ length: LAST }, (_, index) => index + 1);
    expect(rows.map(({ threat }) => threat)).toEqual(all.filter((threat) => !NOT_BUILT.includes(threat)));
  });

  it('names tests that are there', () => {
    const files = rows.flatMap(({ files: each }) => each);
    expect(rows.filter(({ files: each }) => each.length === 0)).toEqual([]);
    expect(files.filter((file) => !file.endsWith('.spec.ts') || !existsSync(resolve(ROOT, file)))).toEqual(
      [],
    );
  });
});
