const ORDER: readonly string[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/**
 * The value a model accepts for an effort: itself if listed, else the next higher listed one, else the
 * highest listed (specification R5.1). Null for a word that is neither listed nor in the order.
 */
export function fitEffort(effort: string, accepted: readonly string[]): string | null {
  if (accepted.includes(effort)) return effort;
  const rank = ORDER.indexOf(effort);
  if (rank < 0) return null;
  const listed = ORDER.filter((value) => accepted.includes(value));
  return listed.find((value) => ORDER.indexOf(value) > rank) ?? listed.at(-1) ?? null;
}
