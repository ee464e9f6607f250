import { Component, input, signal } from '@angular/core';
import { FormField, type FieldTree } from '@angular/forms/signals';
import { MatIconButton } from '@angular/material/button';
import { MatError, MatFormField, MatHint, MatLabel, MatSuffix } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslatePipe } from '@ngx-translate/core';
import { Icon } from '../icon/icon';

/**
 * A password with a switch to read what one types and a hint while Caps Lock is on. The `message` of a
 * field's errors is a translation key, or text that the server already put into words.
 */
@Component({
  selector: 'ccs-password-field',
  imports: [
    FormField,
    Icon,
    MatError,
    MatFormField,
    MatHint,
    MatIconButton,
    MatInput,
    MatLabel,
    MatSuffix,
    MatTooltip,
    TranslatePipe,
  ],
  template: `
    <mat-form-field>
      <mat-label>{{ label() | translate }}</mat-label>
      <input
        matInput
        [attr.type]="shown() ? 'text' : 'password'"
        [attr.autocomplete]="autocomplete()"
        autocapitalize="none"
        spellcheck="false"
        [formField]="field()"
        (keydown)="watchCapsLock($event)"
        (keyup)="watchCapsLock($event)"
        (blur)="capsLock.set(false)"
      />
      <button
        matIconButton
        matSuffix
        type="button"
        [attr.aria-label]="
          (shown() ? 'common.action.hidePassword' : 'common.action.showPassword') | translate
        "
        [matTooltip]="(shown() ? 'common.action.hidePassword' : 'common.action.showPassword') | translate"
        (click)="shown.set(!shown())"
      >
        <ccs-icon [name]="shown() ? 'hide' : 'show'" />
      </button>
      @if (capsLock()) {
        <mat-hint class="caps"
          ><ccs-icon name="caps-lock" /> {{ 'common.status.capsLock' | translate }}</mat-hint
        >
      }
      @if (field()().errors()[0]; as error) {
        <mat-error>{{ error.message ?? '' | translate }}</mat-error>
      }
    </mat-form-field>
  `,
  styleUrl: './password-field.scss',
})
export class PasswordField {
  readonly field = input.required<FieldTree<string>>();
  /** Translation key. */
  readonly label = input.required<string>();
  readonly autocomplete = input.required<'current-password' | 'new-password'>();

  protected readonly shown = signal(false);
  protected readonly capsLock = signal(false);

  protected watchCapsLock(event: KeyboardEvent): void {
    this.capsLock.set(event.getModifierState('CapsLock'));
  }
}
