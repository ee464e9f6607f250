/** A choice kept in this browser. Storage may be switched off: then the choice lasts as long as the page. */
export function readStored<T extends string>(key: string, allowed: readonly T[]): T | null {
  try {
    const stored = localStorage.getItem(`ccs.${key}`);
    return allowed.find((value) => value === stored) ?? null;
  } catch {
    return null;
  }
}

export function writeStored(key: string, value: string): void {
  try {
    localStorage.setItem(`ccs.${key}`, value);
  } catch {
    // Nothing to do: see readStored.
  }
}
