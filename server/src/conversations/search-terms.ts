/** Scripts that are written without spaces, or whose words are not told apart by them. */
const UNSPACED =
  '[[\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Hang}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]&&[\\p{L}\\p{M}\\p{N}]]';
const RUNS = new RegExp(`(${UNSPACED}+)|((?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}])+)`, 'gv');

/** What a search does not tell apart: é and e, Ａ and a, İ and i. Marks of other scripts are letters there. */
const LATIN_MARKS = /[\u0300-\u036F]/g;
const LONGEST_WORD = 60;
/** Of one text; what comes after is not found. PostgreSQL keeps at most 1 MB of lexemes in a row. */
const INDEXED_CHARACTERS = 200_000;
const MAX_LEXEMES = 20_000;

/**
 * The lexemes under which a text is found, each after its owner's id. Words as they are; of text without spaces
 * every pair of neighbours and the last character alone, so that any part of it is found by the pairs it consists of.
 */
export function searchLexemes(text: string, ownerId: number): string[] {
  const terms = new Set<string>();
  for (const { unspaced, term } of runsOf(text.slice(0, INDEXED_CHARACTERS))) {
    if (terms.size >= MAX_LEXEMES) break;
    if (!unspaced) terms.add(term.slice(0, LONGEST_WORD));
    else for (const pair of pairsOf(term)) terms.add(pair);
  }
  return [...terms].map((term) => `${ownerId}:${term}`);
}

/**
 * A `tsquery` for what somebody typed: words by how they begin, text without spaces by its pairs; all must be there.
 * Null: there is nothing to look for in it.
 */
export function searchQuery(typed: string, ownerId: number): string | null {
  const terms = new Set<string>();
  for (const { unspaced, term } of runsOf(typed)) {
    const characters = [...term];
    if (!unspaced || characters.length === 1) terms.add(`${lexeme(term.slice(0, LONGEST_WORD), ownerId)}:*`);
    else for (const pair of pairsOf(term).slice(0, -1)) terms.add(lexeme(pair, ownerId));
  }
  return terms.size === 0 ? null : [...terms].join(' & ');
}

/** The words and runs as they are compared, for showing where something was found. */
export function searchedTerms(typed: string): string[] {
  return [...runsOf(typed)].map(({ term }) => term);
}

export function foldForSearch(text: string): string {
  return text.normalize('NFKD').replace(LATIN_MARKS, '').normalize('NFC').toLowerCase();
}

function* runsOf(text: string): Generator<{ unspaced: boolean; term: string }> {
  for (const [term, unspaced] of foldForSearch(text).matchAll(RUNS)) {
    yield { unspaced: unspaced !== undefined, term };
  }
}

/** Each character with the one after it, and the last one alone. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((character, index) => character + (characters[index + 1] ?? ''));
}

/** Letters, marks and digits need no escape inside the quotes. */
function lexeme(term: string, ownerId: number): string {
  return `'${ownerId}:${term}'`;
}
