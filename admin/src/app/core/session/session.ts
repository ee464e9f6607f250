import { Service, computed, signal } from '@angular/core';
import type { SignedInUser } from '@ccs/dto';

/**
 * The sign-in of this page. The access token lives in memory only: no script that comes later can find it. What
 * outlives the page is a cookie that scripts cannot read; `SessionKeeper` uses it.
 */
@Service()
export class Session {
  private readonly token = signal<string | null>(null);
  private readonly owner = signal<SignedInUser | null>(null);

  readonly accessToken = this.token.asReadonly();
  readonly user = this.owner.asReadonly();
  /** False while a one-time password is still to be replaced: until then no page opens. */
  readonly ready = computed(() => this.token() !== null && this.owner()?.must_change_password === false);

  begin(accessToken: string, user: SignedInUser): void {
    this.token.set(accessToken);
    this.owner.set(user);
  }

  /** The password was replaced: tokens issued before are worth nothing, this one goes on. */
  renew(accessToken: string): void {
    this.token.set(accessToken);
    this.owner.update((user) => (user === null ? null : { ...user, must_change_password: false }));
  }

  end(): void {
    this.token.set(null);
    this.owner.set(null);
  }
}
