import { foldForSearch, searchedTerms } from './search-terms.js';

const BEFORE = 40;
const LENGTH = 160;

/** The piece of a text where the first of the typed words is, on one line. Where none is: the beginning. */
export function searchExcerpt(text: string, typed: string): string {
  // Folding can change lengths: then the place is off by a few characters, not wrong.
  const folded = foldForSearch(text);
  const places = searchedTerms(typed)
    .map((term) => folded.indexOf(term))
    .filter((place) => place >= 0);
  const found = places.length === 0 ? 0 : Math.min(...places);
  const start = Math.max(0, found - BEFORE);
  const piece = text
    .slice(start, start + LENGTH)
    .replace(/\s+/g, ' ')
    .trim();
  return `${start > 0 ? '…' : ''}${piece}${start + LENGTH < text.length ? '…' : ''}`;
}
