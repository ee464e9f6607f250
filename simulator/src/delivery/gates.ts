/** Places where answers wait until somebody lets them go on: checkpoints of tests. */
export class Gates {
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #openings = new Map<string, number>();
  readonly #watchers = new Map<string, (() => void)[]>();

  /** Calls `goOn` once the gate is opened; at once if it was opened before anybody came. Returns the way out. */
  wait(name: string, goOn: () => void): () => void {
    const openings = this.#openings.get(name) ?? 0;
    if (openings > 0) {
      this.#openings.set(name, openings - 1);
      setImmediate(goOn);
      return () => undefined;
    }
    const queue = this.#waiting.get(name) ?? [];
    queue.push(goOn);
    this.#waiting.set(name, queue);
    this.#watchers.get(name)?.forEach((tell) => tell());
    this.#watchers.delete(name);
    return () => {
      const position = queue.indexOf(goOn);
      if (position >= 0) queue.splice(position, 1);
    };
  }

  /** Lets one answer pass: the one that waits longest, or the next to come. True if one was waiting. */
  open(name: string): boolean {
    const goOn = this.#waiting.get(name)?.shift();
    if (goOn === undefined) this.#openings.set(name, (this.#openings.get(name) ?? 0) + 1);
    else goOn();
    return goOn !== undefined;
  }

  /** Resolves when an answer waits at the gate; at once if one does. */
  async reached(name: string): Promise<void> {
    if ((this.#waiting.get(name)?.length ?? 0) > 0) return;
    await new Promise<void>((resolve) => {
      this.#watchers.set(name, [...(this.#watchers.get(name) ?? []), resolve]);
    });
  }

  /** How many answers wait at each gate. */
  waiting(): Record<string, number> {
    const counts = [...this.#waiting].map(([name, queue]): [string, number] => [name, queue.length]);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  /** Lets everybody pass and forgets openings nobody used. */
  clear(): void {
    this.#openings.clear();
    for (const queue of this.#waiting.values()) queue.splice(0).forEach((goOn) => goOn());
  }
}
