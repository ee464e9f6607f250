const SPACE = /[ \t\n\r]*/y;
const BARE_SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or ]' | ', or }' | 'end';

/**
 * Where a text stops being JSON, in words: `line 3, column 7: expected a value`. `JSON.parse` quotes the text around
 * the error instead, which in a configuration may be a key. Null: it is JSON.
 */
export function jsonProblem(text: string): string | null {
  const open: ('[' | '{')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = matchEnd(SPACE, text, at) ?? at;
    if (at === text.length) return expected === 'end' ? null : describe(text, at, expected);
    const next = step(text, at, expected, open);
    if (next === null) return describe(text, at, expected);
    expected = next.expected;
    at = next.end ?? at + 1;
  }
}

interface Step {
  readonly expected: Expected;
  /** Where a token of several characters ends. */
  readonly end?: number;
}

function step(text: string, at: number, expected: Expected, open: ('[' | '{')[]): Step | null {
  const character = text.charAt(at);
  switch (expected) {
    case 'end':
      return null;
    case ':':
      return character === ':' ? { expected: 'value' } : null;
    case ', or ]':
      if (character === ',') return { expected: 'value' };
      return character === ']' ? close(open) : null;
    case ', or }':
      if (character === ',') return { expected: 'key' };
      return character === '}' ? close(open) : null;
    case 'key or }':
      return character === '}' ? close(open) : step(text, at, 'key', open);
    case 'key': {
      const end = stringEnd(text, at);
      return end === null ? null : { expected: ':', end };
    }
    case 'value or ]':
      return character === ']' ? close(open) : step(text, at, 'value', open);
    case 'value': {
      if (character === '[' || character === '{') {
        open.push(character);
        return { expected: character === '[' ? 'value or ]' : 'key or }' };
      }
      const end = character === '"' ? stringEnd(text, at) : matchEnd(BARE_SCALAR, text, at);
      return end === null ? null : { expected: afterValue(open), end };
    }
    default:
      return expected satisfies never;
  }
}

function close(open: ('[' | '{')[]): Step {
  open.pop();
  return { expected: afterValue(open) };
}

function afterValue(open: readonly ('[' | '{')[]): Expected {
  const innermost = open.at(-1);
  return innermost === undefined ? 'end' : innermost === '[' ? ', or ]' : ', or }';
}

function stringEnd(text: string, start: number): number | null {
  if (text.charAt(start) !== '"') return null;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') return at + 1;
    if (character < ' ') return null;
    if (character === '\\') {
      const end = matchEnd(ESCAPE, text, at);
      if (end === null) return null;
      at = end - 1;
    }
  }
  return null;
}

function matchEnd(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function describe(text: string, at: number, expected: Expected): string {
  const before = text.slice(0, at).split('\n');
  const found =
    at === text.length ? 'the text ends' : expected === 'end' ? 'something follows the end' : null;
  const words = expected === 'end' ? '' : `expected ${expected.replace(/^(value|key)/, 'a $1')}`;
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${[found, words].filter(Boolean).join('; ')}`;
}
