import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_PROFILE } from './anthropic-openai/profile.js';
import { LOSSES } from './loss.js';

const ROOT = new URL('../../../', import.meta.url);
const RULE = /\b[RPSECT]\d{1,2}(?:\.\d{1,2})?\b/g;
const RANGE = /\b([RPSECT])(\d{1,2}(?:\.\d{1,2})?)–\1?(\d{1,2}(?:\.\d{1,2})?)\b/g;
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/.*$/gm;

const page = readFileSync(new URL('docs/conversion.md', ROOT), 'utf8');

/** The cells of the table rows below a heading. */
function tableUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find((each) => each.startsWith(`${heading}\n`));
  const rows = (section ?? '').split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(1).map((row) => row.slice(2, -2).split(' | '));
}

/** Rules that have a row of their own, in the order of the page. */
const documented = [...page.matchAll(/^\| ([RPSECT]\d{1,2}(?:\.\d{1,2})?) \|/gm)].map(
  ([, rule = '']) => rule,
);

/** `R1.2–R1.9` means those in between as well. */
function expandRanges(text: string): string[] {
  return [...text.matchAll(RANGE)].flatMap(([, letter = '', first = '', last = '']) => {
    const [firstGroup = '', from = firstGroup] = first.split('.');
    const [lastGroup = '', to = lastGroup] = last.split('.');
    const prefix = first.includes('.') ? `${letter}${firstGroup}.` : letter;
    return Array.from(
      { length: Number(to) - Number(from) + 1 },
      (_, index) => `${prefix}${Number(from) + index}`,
    );
  });
}

function rulesInComments(): Set<string> {
  const rules = new Set<string>();
  for (const folder of ['server/src/', 'libs/']) {
    for (const file of readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
      const comments = readFileSync(new URL(`${folder}${file}`, ROOT), 'utf8').match(COMMENT) ?? [];
      for (const comment of comments) {
        for (const rule of comment.match(RULE) ?? []) rules.add(rule);
        for (const rule of expandRanges(comment)) rules.add(rule);
      }
    }
  }
  return rules;
}

function rulesInVectors(): Set<string> {
  const folder = new URL('server/test/vectors/', ROOT);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return new Set(
    files.flatMap((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8');
      return (JSON.parse(text) as { vectors: { spec: string[] }[] }).vectors.flatMap(({ spec }) => spec);
    }),
  );
}

describe('docs/conversion.md', () => {
  const inCode = new Set([
    ...rulesInComments(),
    ...rulesInVectors(),
    ...Object.values(LOSSES).map(({ rule }) => rule),
  ]);

  it('has one row for each rule', () => {
    expect(documented).toEqual([...new Set(documented)]);
    expect(documented.length).toBeGreaterThan(70);
  });

  it('explains every rule that code, losses or vectors name', () => {
    const known = (rule: string): boolean =>
      documented.includes(rule) || documented.some((each) => each.startsWith(`${rule}.`));
    expect([...inCode].filter((rule) => !known(rule)).toSorted()).toEqual([]);
  });

  it('names no rule that the code does not know', () => {
    expect(documented.filter((rule) => !inCode.has(rule))).toEqual([]);
    const mentioned = new Set(page.match(RULE));
    // Headings such as «R1 Fields» name a group of rules.
    const groups = new Set(documented.map((rule) => rule.split('.')[0] ?? ''));
    expect([...mentioned].filter((rule) => !documented.includes(rule) && !groups.has(rule))).toEqual([]);
  });

  it('lists exactly the losses there are, with their rule and meaning', () => {
    expect(tableUnder('Loss codes')).toEqual(
      Object.entries(LOSSES).map(([code, { rule, changesCapability, meaning }]) => [
        `\`${code}\``,
        rule,
        changesCapability ? 'yes' : 'no',
        meaning,
      ]),
    );
  });

  it.each(Object.keys(LOSSES))('names %s once', (code) => {
    expect(page.split(`\`${code}\``)).toHaveLength(2);
  });

  it('lists exactly the profile keys there are, with their defaults', () => {
    expect(tableUnder('Profile keys').map(([key, value]) => [key, value])).toEqual(
      Object.entries(DEFAULT_PROFILE).map(([key, value]) => [
        `\`${key}\``,
        `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``,
      ]),
    );
  });
});
