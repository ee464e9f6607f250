import { Component, inject, viewChild } from '@angular/core';
import { MatMenu, MatMenuItem } from '@angular/material/menu';
import { MatSnackBar } from '@angular/material/snack-bar';
import { TranslateService } from '@ngx-translate/core';
import { Icon } from '../../ui/icon/icon';
import { Language } from '../language/language';
import { LANGUAGES, type LanguageCode } from '../language/languages';

/** The menu alone: whoever shows it brings the trigger, `[matMenuTriggerFor]="languageMenu.menu()"`. */
@Component({
  selector: 'ccs-language-menu',
  imports: [Icon, MatMenu, MatMenuItem],
  template: `
    <mat-menu>
      @for (language of languages; track language.code) {
        <button
          mat-menu-item
          role="menuitemradio"
          [attr.aria-checked]="language.code === current()"
          [attr.lang]="language.code"
          (click)="choose(language.code)"
        >
          <span class="ccs-menu-row">
            <span class="ccs-menu-label" translate="no">{{ language.name }}</span>
            @if (language.code === current()) {
              <ccs-icon name="check" />
            }
          </span>
        </button>
      }
    </mat-menu>
  `,
})
export class LanguageMenu {
  readonly menu = viewChild.required(MatMenu);
  private readonly language = inject(Language);
  private readonly snackBar = inject(MatSnackBar);
  private readonly translate = inject(TranslateService);
  protected readonly languages = LANGUAGES;
  protected readonly current = this.language.current;

  protected async choose(code: LanguageCode): Promise<void> {
    try {
      await this.language.choose(code);
    } catch {
      this.snackBar.open(String(this.translate.instant('preferences.language.failed')));
    }
  }
}
