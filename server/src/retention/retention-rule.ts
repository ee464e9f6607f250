/** What is kept of one kind of thing, and for how long; its room knows how to let it go. */
export interface RetentionRule {
  /** For the log: `usage records`, `deleted conversations`. */
  readonly what: string;
  /** Removes what is too old, in pieces that hold no lock for long. Returns how many rows went. */
  enforce(): Promise<number>;
}

export const RETENTION_RULES = Symbol('RETENTION_RULES');
