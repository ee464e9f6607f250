/** What decides whether a session token is worth anything. */
export interface SessionRecord {
  readonly id: number;
  readonly userId: number;
  readonly credentialsVersion: number;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
}

/** A session as its owner sees it. */
export interface SessionSummary {
  readonly id: number;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** When it ends if it is not used again. */
  readonly expiresAt: Date;
}
