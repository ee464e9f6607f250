import { Component, computed, inject } from '@angular/core';
import { MatDivider } from '@angular/material/divider';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { Router } from '@angular/router';
import { TranslatePipe } from '@ngx-translate/core';
import { Icon } from '../../ui/icon/icon';
import { LanguageMenu } from '../preferences/language-menu';
import { ThemeMenu } from '../preferences/theme-menu';
import { Session } from '../session/session';
import { SessionKeeper } from '../session/session-keeper';

/** Who one is, how the portal looks and speaks, and the way out. */
@Component({
  selector: 'ccs-user-menu',
  imports: [Icon, LanguageMenu, MatDivider, MatMenu, MatMenuItem, MatMenuTrigger, ThemeMenu, TranslatePipe],
  templateUrl: './user-menu.html',
  styleUrl: './user-menu.scss',
})
export class UserMenu {
  private readonly session = inject(Session);
  private readonly keeper = inject(SessionKeeper);
  private readonly router = inject(Router);
  protected readonly user = this.session.user;
  /** A person without a name goes by the e-mail address. */
  protected readonly displayName = computed(() => {
    const user = this.user();
    return user === null ? '' : user.name?.trim() || user.email;
  });
  protected readonly initial = computed(() => Array.from(this.displayName())[0]?.toLocaleUpperCase() ?? '');

  protected async signOut(): Promise<void> {
    await this.keeper.signOut();
    await this.router.navigate(['/login']);
  }
}
