/**
 * The tier a Claude-style model name asks for, by the words in it, any case: `haiku` -> small, `sonnet` ->
 * middle, `opus` or `fable` -> big. Null when none is in it.
 */
export function tierOfModelName(model: string): 'small' | 'middle' | 'big' | null {
  const name = model.toLowerCase();
  if (name.includes('haiku')) return 'small';
  if (name.includes('sonnet')) return 'middle';
  if (name.includes('opus') || name.includes('fable')) return 'big';
  return null;
}
