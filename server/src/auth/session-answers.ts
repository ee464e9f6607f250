import type { ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../shared-state/change-feed.js';
import { lets, type SessionAccessRule } from './access.decorators.js';
import { SessionAuthenticator, type SessionCaller } from './session-authenticator.js';

interface SessionAnswer {
  readonly raw: ServerResponse;
  readonly caller: SessionCaller;
  readonly access: SessionAccessRule;
}

/** An answer that has not begun when it is refused is looked at again after this time. */
const LOOK_AGAIN_MS = 250;

/**
 * The answers of the admin API that are being written. Those that go on, such as the live tail, an answer of a model
 * or an export, are broken off when the session is ended, its user is disabled, or he loses a permission that let
 * him in. What has not begun is left alone: whoever ends his own session hears that it has worked.
 */
@Injectable()
export class SessionAnswers {
  private readonly open = new Set<SessionAnswer>();
  private again: NodeJS.Timeout | undefined;

  constructor(
    // Constructed before this, it and what it reads from hear of changes before this does.
    private readonly sessions: SessionAuthenticator,
    changes: ChangeFeed,
  ) {
    changes.subscribe('sessions', () => this.breakOffRefused());
    changes.subscribe('principals', () => this.breakOffRefused());
  }

  /** For the guard, when it has let the caller in. */
  watch(raw: ServerResponse, caller: SessionCaller, access: SessionAccessRule): void {
    const answer: SessionAnswer = { raw, caller, access };
    this.open.add(answer);
    raw.once('close', () => this.open.delete(answer));
  }

  private async breakOffRefused(): Promise<void> {
    let unsure = false;
    for (const answer of this.open) {
      if (await this.mayGoOn(answer)) continue;
      if (answer.raw.headersSent) answer.raw.destroy();
      else unsure = true;
    }
    if (!unsure) return;
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.breakOffRefused().catch(() => undefined), LOOK_AGAIN_MS);
    this.again.unref();
  }

  private async mayGoOn({ caller, access }: SessionAnswer): Promise<boolean> {
    const { principal, sessionId } = caller;
    const user = await this.sessions.holder({ userId: principal.userId, sessionId });
    if (user === null || (user.mustChangePassword && !access.oneTimePassword)) return false;
    // What is shown can depend on which of the permissions he had: none of them may be gone.
    const kept = access.anyOf.every(
      (permission) => !principal.permissions.has(permission) || user.principal.permissions.has(permission),
    );
    return kept && lets(user.principal, access);
  }
}
