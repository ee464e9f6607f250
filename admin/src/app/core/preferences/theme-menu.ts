import { Component, inject, viewChild } from '@angular/core';
import { MatMenu, MatMenuItem } from '@angular/material/menu';
import { TranslatePipe } from '@ngx-translate/core';
import { Icon } from '../../ui/icon/icon';
import { THEME_CHOICES, Theme } from './theme';

/** The menu alone: whoever shows it brings the trigger, `[matMenuTriggerFor]="themeMenu.menu()"`. */
@Component({
  selector: 'ccs-theme-menu',
  imports: [Icon, MatMenu, MatMenuItem, TranslatePipe],
  template: `
    <mat-menu>
      @for (choice of choices; track choice) {
        <button
          mat-menu-item
          role="menuitemradio"
          [attr.aria-checked]="choice === theme.choice()"
          (click)="theme.choose(choice)"
        >
          <span class="ccs-menu-row">
            <ccs-icon [name]="choice" />
            <span class="ccs-menu-label">{{ 'preferences.theme.' + choice | translate }}</span>
            @if (choice === theme.choice()) {
              <ccs-icon name="check" />
            }
          </span>
        </button>
      }
    </mat-menu>
  `,
})
export class ThemeMenu {
  readonly menu = viewChild.required(MatMenu);
  protected readonly theme = inject(Theme);
  protected readonly choices = THEME_CHOICES;
}
