import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Clipboard } from '@angular/cdk/clipboard';
import { Component, DestroyRef, booleanAttribute, inject, input, signal } from '@angular/core';
import { MatButton, MatIconButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslatePipe, TranslateService } from '@ngx-translate/core';
import { Icon } from '../icon/icon';

const CONFIRMATION_MS = 1500;

/**
 * Copies a text and shows for a moment that it did. The CDK's clipboard also works on plain http, where
 * browsers offer no `navigator.clipboard`.
 */
@Component({
  selector: 'ccs-copy-button',
  imports: [Icon, MatButton, MatIconButton, MatTooltip, TranslatePipe],
  template: `
    @if (compact()) {
      <button
        matIconButton
        type="button"
        [attr.aria-label]="label() | translate"
        [matTooltip]="(copied() ? 'common.status.copied' : label()) | translate"
        (click)="copy()"
      >
        <ccs-icon [name]="copied() ? 'check' : 'copy'" />
      </button>
    } @else {
      <button matButton="tonal" type="button" (click)="copy()">
        <ccs-icon matButtonIcon [name]="copied() ? 'check' : 'copy'" />
        {{ (copied() ? 'common.status.copied' : label()) | translate }}
      </button>
    }
  `,
  styleUrl: './copy-button.scss',
})
export class CopyButton {
  readonly text = input.required<string>();
  /** Translation key of what is copied. */
  readonly label = input('common.action.copy');
  readonly compact = input(false, { transform: booleanAttribute });

  private readonly clipboard = inject(Clipboard);
  private readonly announcer = inject(LiveAnnouncer);
  private readonly translate = inject(TranslateService);
  private timer: ReturnType<typeof setTimeout> | undefined;
  protected readonly copied = signal(false);

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected copy(): void {
    if (!this.clipboard.copy(this.text())) return;
    this.copied.set(true);
    void this.announcer.announce(String(this.translate.instant('common.status.copied')));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.copied.set(false), CONFIRMATION_MS);
  }
}
