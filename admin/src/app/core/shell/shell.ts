import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { TranslatePipe } from '@ngx-translate/core';
import { Logo } from '../../ui/logo/logo';
import { UserMenu } from './user-menu';
import { DOCUMENT } from '@angular/core';

/** The frame of every page behind the sign-in. */
@Component({
  selector: 'ccs-shell',
  imports: [Logo, RouterLink, RouterOutlet, TranslatePipe, UserMenu],
  template: `
    <a class="skip" href="#main" (click)="skip($event)">{{ 'shell.skip' | translate }}</a>
    <header>
      <a class="brand" routerLink="/" [attr.aria-label]="'shell.home' | translate">
        <ccs-logo />
        <span translate="no">CC Switch</span>
      </a>
      <ccs-user-menu />
    </header>
    <main id="main" tabindex="-1">
      <router-outlet />
    </main>
  `,
  styleUrl: './shell.scss',
})
export class Shell {
  private readonly document = inject(DOCUMENT);

  /** Moves the focus without touching the address: `#main` would be a route of its own. */
  protected skip(event: Event): void {
    event.preventDefault();
    this.document.getElementById('main')?.focus();
  }
}
