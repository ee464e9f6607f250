const DEFAULT_PIECE_CHARACTERS = 20;

/**
 * Cuts a text into about equal pieces, as a model's tokens would. Characters outside the basic plane stay
 * whole. Fewer pieces come back if there are not enough characters; an empty text has none.
 */
export function cutText(text: string, pieces: number | undefined): string[] {
  const count = Math.min(pieces ?? Math.ceil(text.length / DEFAULT_PIECE_CHARACTERS), text.length);
  const cuts: string[] = [];
  let start = 0;
  for (let piece = 1; piece <= count; piece += 1) {
    const end = afterWholeCharacter(text, Math.round((text.length * piece) / count));
    if (end > start) cuts.push(text.slice(start, end));
    start = end;
  }
  return cuts;
}

function afterWholeCharacter(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index + 1 : index;
}
