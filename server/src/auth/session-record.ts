import type { SessionView } from '@ccs/dto';

/** What decides whether a session token is worth anything. */
export interface SessionRecord {
  readonly id: number;
  readonly userId: number;
  readonly credentialsVersion: number;
  /** The sign-in; milliseconds since the epoch. */
  readonly openedAtMs: number;
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

/** The same, as the admin API shows it. */
export function sessionView(session: SessionSummary): SessionView {
  return {
    id: session.id,
    address: session.address,
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}
