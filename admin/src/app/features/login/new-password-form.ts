import { Component, afterNextRender, computed, inject, input, output, signal } from '@angular/core';
import { FormRoot, form, required, validate, type TreeValidationResult } from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { TranslatePipe } from '@ngx-translate/core';
import { toProblem, type Problem } from '../../core/problem/problem';
import { ProblemAlert } from '../../core/problem/problem-alert';
import { ProblemWords } from '../../core/problem/problem-words';
import { AuthClient } from '../../core/session/auth-client';
import { Session } from '../../core/session/session';
import { Icon } from '../../ui/icon/icon';
import { PasswordField } from '../../ui/password-field/password-field';
import {
  PASSWORD_MIN_DIFFERENT,
  PASSWORD_MIN_LENGTH,
  checkPassword,
  passwordStrength,
} from './password-rules';

/** Replaces a one-time password. Nothing else opens before. */
@Component({
  selector: 'ccs-new-password-form',
  imports: [FormRoot, Icon, MatButton, PasswordField, ProblemAlert, TranslatePipe],
  templateUrl: './new-password-form.html',
  styleUrl: './login-form.scss',
})
export class NewPasswordForm {
  readonly currentPassword = input.required<string>();
  readonly done = output();
  readonly startOver = output();

  private readonly auth = inject(AuthClient);
  private readonly problemWords = inject(ProblemWords);
  private readonly model = signal({ password: '', repeated: '' });
  protected readonly user = inject(Session).user;
  protected readonly problem = signal<Problem | null>(null);

  private readonly checked = computed(() =>
    checkPassword(this.model().password, this.user()?.email ?? '', this.currentPassword()),
  );
  protected readonly rules = computed(() => [
    { key: 'newPassword.rule.length', count: PASSWORD_MIN_LENGTH, met: this.checked().longEnough },
    { key: 'newPassword.rule.varied', count: PASSWORD_MIN_DIFFERENT, met: this.checked().varied },
    { key: 'newPassword.rule.new', count: null, met: this.checked().new },
  ]);
  protected readonly strength = computed(() => {
    const { password } = this.model();
    return password === '' ? null : passwordStrength(password);
  });

  protected readonly form = form(
    this.model,
    (path) => {
      required(path.password, { message: 'validation.newPasswordRequired' });
      validate(path.password, ({ value }) => {
        if (value() === '' || this.rules().every((rule) => rule.met)) return undefined;
        return { kind: 'rules', message: 'validation.passwordRules' };
      });
      required(path.repeated, { message: 'validation.repeatRequired' });
      validate(path.repeated, (context) =>
        context.value() === '' || context.value() === context.valueOf(path.password)
          ? undefined
          : { kind: 'repeat', message: 'validation.repeatDiffers' },
      );
    },
    {
      name: 'new-password',
      submission: {
        action: () => this.replace(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );
  protected readonly busy = computed(() => this.form().submitting());

  constructor() {
    afterNextRender(() => this.form.password().focusBoundControl());
  }

  private async replace(): Promise<TreeValidationResult> {
    this.problem.set(null);
    try {
      await this.auth.replacePassword(this.currentPassword(), this.model().password);
    } catch (error) {
      const problem = toProblem(error);
      const refused = problem.fields.find((field) => field.pointer === '/new_password');
      if (refused === undefined) {
        this.problem.set(problem);
        return undefined;
      }
      this.form.password().focusBoundControl();
      return { kind: 'server', message: this.problemWords.of(refused), fieldTree: this.form.password };
    }
    this.done.emit();
    return undefined;
  }
}
