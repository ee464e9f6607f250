import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGE_CODES } from './languages';

const ADMIN = join(process.cwd(), 'admin');
const TEXTS = new Map(LANGUAGE_CODES.map((code) => [code, readTexts(code)]));
const SOURCES = readdirSync(join(ADMIN, 'src/app'), { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(?:ts|html)$/.test(path) && !path.endsWith('.spec.ts'))
  .map((path) => readFileSync(join(ADMIN, 'src/app', path), 'utf8'));
const english = TEXTS.get('en-US') ?? new Map<string, string>();
const groups = new Set(Array.from(english.keys(), (key) => key.split('.')[0]));

describe('translations', () => {
  it.each(LANGUAGE_CODES)('%s has the keys of English, none empty, with the same placeholders', (code) => {
    const texts = TEXTS.get(code) ?? new Map<string, string>();
    expect(Array.from(texts.keys())).toEqual(Array.from(english.keys()));
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe('');
      expect(placeholders(text), key).toEqual(placeholders(english.get(key) ?? ''));
    }
  });

  it('has a text for every key in the code', () => {
    const missing = SOURCES.flatMap((source) => [...literals(source)]).filter(
      (key) => groups.has(key.split('.')[0]) && !isKnown(key),
    );
    expect(missing).toEqual([]);
  });

  it('has no text that nothing shows', () => {
    const used = new Set(SOURCES.flatMap((source) => [...literals(source)]));
    const unused = Array.from(english.keys()).filter(
      (key) => !used.has(key) && !prefixesOf(key).some((prefix) => used.has(prefix)),
    );
    expect(unused).toEqual([]);
  });

  it('knows the texts that are put together from a part and a value', () => {
    expect(isKnown('preferences.theme.')).toBe(true);
    expect(isKnown('preferences.themes.')).toBe(false);
  });
});

/** Words with dots between quotes, and the constant beginning of template strings: what looks like a key. */
function literals(source: string): Set<string> {
  const found = source.matchAll(
    /['"`]([a-z][A-Za-z]*(?:\.[A-Za-z_]+)+\.?)(?=['"`]|\$\{)|['`]([a-z][A-Za-z]*\.)\$\{/g,
  );
  return new Set(Array.from(found, (match) => match[1] ?? match[2] ?? ''));
}

/** A key itself, or the beginning of keys whose end is a value. */
function isKnown(key: string): boolean {
  return key.endsWith('.')
    ? Array.from(english.keys()).some((each) => each.startsWith(key))
    : english.has(key);
}

function prefixesOf(key: string): string[] {
  return key.split('.').map((_, index, parts) => `${parts.slice(0, index).join('.')}.`);
}

function placeholders(text: string): string[] {
  return Array.from(text.matchAll(/\{\{(\w+)\}\}/g), (match) => match[1] ?? '').sort();
}

function readTexts(code: string): Map<string, string> {
  const file: unknown = JSON.parse(readFileSync(join(ADMIN, `public/i18n/${code}.json`), 'utf8'));
  return new Map(flatten(file, ''));
}

function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is no text`);
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, path === '' ? key : `${path}.${key}`),
  );
}
