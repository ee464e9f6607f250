import { HttpClient, HttpErrorResponse } from '@angular/common/http';
import { DOCUMENT, Service, effect, inject } from '@angular/core';
import { Router } from '@angular/router';
import type { LoginAnswer, SignedOut } from '@ccs/dto';
import { firstValueFrom } from 'rxjs';
import { Session } from './session';
import { tokenLifetimeMs } from './token-lifetime';

/** The server sets it beside the cookie that counts, so that a first visit asks for nothing. */
const SIGNED_IN_MARK = /(?:^|;\s*)ccs_signed_in=1(?:;|$)/;
/** A token is replaced when this much of its life is over. */
const RENEW_AFTER = 0.8;

/**
 * Keeps the session going: over a reload, and over the end of each access token. A page in the background does not
 * keep it alive by itself; it asks again when somebody looks at it.
 */
@Service()
export class SessionKeeper {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly document = inject(DOCUMENT);
  private running: Promise<boolean> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = false;

  constructor() {
    effect(() => this.plan(this.session.accessToken()));
    this.document.addEventListener('visibilitychange', () => this.renewIfDue());
  }

  /** To be awaited before the first page is drawn: whoever was signed in still is. */
  async restore(): Promise<void> {
    if (SIGNED_IN_MARK.test(this.document.cookie)) await this.refresh();
  }

  /**
   * A new access token for the one the server no longer takes; many who ask at once share one call. False: the session
   * is over, or the server could not be asked.
   */
  refresh(): Promise<boolean> {
    this.running ??= this.ask().finally(() => (this.running = null));
    return this.running;
  }

  /** The session is over: to the sign-in page, to come back later. */
  async leave(): Promise<void> {
    this.session.end();
    await this.router.navigate(['/login'], { queryParams: { next: this.router.url } });
  }

  /** Ends the session on the server as well; here in any case. */
  async signOut(): Promise<void> {
    const answer = firstValueFrom(this.http.post<SignedOut>('/api/auth/logout', {}));
    this.session.end();
    await answer.catch(() => undefined);
  }

  private async ask(): Promise<boolean> {
    const before = this.session.user();
    try {
      const answer = await firstValueFrom(this.http.post<LoginAnswer>('/api/auth/refresh', {}));
      this.session.begin(answer.access_token, answer.user);
      // Somebody else signed in in another tab: what this page shows is not his.
      if (before !== null && before.id !== answer.user.id) this.document.location.reload();
      return true;
    } catch (error) {
      // Signed out or replaced meanwhile: nothing to end. Nobody there: the token may be good a while longer.
      const refused = error instanceof HttpErrorResponse && (error.status === 401 || error.status === 403);
      if (refused && this.session.user() !== null) await this.leave();
      return false;
    }
  }

  private plan(token: string | null): void {
    clearTimeout(this.timer);
    this.due = false;
    const lifetimeMs = token === null ? null : tokenLifetimeMs(token);
    if (lifetimeMs === null) return;
    this.timer = setTimeout(() => {
      this.due = true;
      this.renewIfDue();
    }, lifetimeMs * RENEW_AFTER);
  }

  private renewIfDue(): void {
    if (this.due && this.document.visibilityState !== 'hidden') void this.refresh();
  }
}
