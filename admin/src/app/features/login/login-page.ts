import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenuTrigger } from '@angular/material/menu';
import { Router } from '@angular/router';
import { TranslatePipe } from '@ngx-translate/core';
import { Language } from '../../core/language/language';
import { LANGUAGES } from '../../core/language/languages';
import { LanguageMenu } from '../../core/preferences/language-menu';
import { Theme } from '../../core/preferences/theme';
import { ThemeMenu } from '../../core/preferences/theme-menu';
import type { Problem } from '../../core/problem/problem';
import { ProblemAlert } from '../../core/problem/problem-alert';
import { nextPath } from '../../core/session/next-path';
import { Session } from '../../core/session/session';
import { SessionKeeper } from '../../core/session/session-keeper';
import { Icon } from '../../ui/icon/icon';
import { Logo } from '../../ui/logo/logo';
import { NewPasswordForm } from './new-password-form';
import { ProviderButtons } from './provider-buttons';
import { SignInForm } from './sign-in-form';

/** The way in: sign in, then replace the password if it is a one-time one. */
@Component({
  selector: 'ccs-login-page',
  imports: [
    Icon,
    LanguageMenu,
    Logo,
    MatButton,
    MatMenuTrigger,
    NewPasswordForm,
    ProblemAlert,
    ProviderButtons,
    SignInForm,
    ThemeMenu,
    TranslatePipe,
  ],
  templateUrl: './login-page.html',
  styleUrl: './login-page.scss',
})
export class LoginPage {
  /** `?next=`: where the person was going. */
  readonly next = input<string>();
  /** `?error=`: why a sign-in by a provider came to nothing, one of `OAUTH_ERRORS`. */
  readonly error = input<string>();

  private readonly router = inject(Router);
  private readonly language = inject(Language);
  private readonly session = inject(Session);
  private readonly keeper = inject(SessionKeeper);
  protected readonly theme = inject(Theme);
  /** The one-time password just used: the server asks for it again when it is replaced. */
  protected readonly oneTimePassword = signal<string | null>(null);

  protected readonly problem = computed((): Problem | null => {
    const code = this.error();
    if (code === undefined || !/^[a-z_]+$/.test(code)) return null;
    return { code, detail: '', requestId: null, retryAfterSeconds: null, fields: [] };
  });

  protected languageName(): string {
    return LANGUAGES.find((language) => language.code === this.language.current())?.name ?? '';
  }

  protected async signedIn(password: string): Promise<void> {
    if (this.session.ready()) await this.enter();
    else this.oneTimePassword.set(password);
  }

  protected async enter(): Promise<void> {
    this.oneTimePassword.set(null);
    await this.router.navigateByUrl(nextPath(this.next()));
  }

  protected async startOver(): Promise<void> {
    this.oneTimePassword.set(null);
    await this.keeper.signOut();
  }
}
