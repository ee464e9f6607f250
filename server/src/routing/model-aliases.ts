type Aliases = Readonly<Record<string, string | readonly string[]>>;

/**
 * What a configured alias stands for: an exact match before any glob, globs in their order. `*` stands for
 * any run of characters. Undefined when none matches.
 */
export function findAlias(aliases: Aliases, model: string): string | readonly string[] | undefined {
  if (Object.hasOwn(aliases, model)) return aliases[model];
  for (const [pattern, meaning] of Object.entries(aliases)) {
    if (pattern.includes('*') && matchesGlob(pattern, model)) return meaning;
  }
  return undefined;
}

/**
 * Whether a text fits a pattern in which `*` stands for any run of characters. Greedy from left to right: linear in
 * the text for each literal piece, no regular expression to blow up.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const pieces = pattern.split('*');
  const first = pieces[0] ?? '';
  const last = pieces[pieces.length - 1] ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = text.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
