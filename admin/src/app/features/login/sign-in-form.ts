import {
  Component,
  ElementRef,
  afterNextRender,
  computed,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import {
  FormField,
  FormRoot,
  email,
  form,
  required,
  type TreeValidationResult,
} from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { TranslatePipe } from '@ngx-translate/core';
import { toProblem, type Problem } from '../../core/problem/problem';
import { ProblemAlert } from '../../core/problem/problem-alert';
import { AuthClient } from '../../core/session/auth-client';
import { Countdown } from '../../ui/countdown/countdown';
import { PasswordField } from '../../ui/password-field/password-field';

/** E-mail and password. One text for an unknown address and a wrong password: neither tells who has an account. */
@Component({
  selector: 'ccs-sign-in-form',
  imports: [
    Countdown,
    FormField,
    FormRoot,
    MatButton,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    PasswordField,
    ProblemAlert,
    TranslatePipe,
  ],
  templateUrl: './sign-in-form.html',
  styleUrl: './login-form.scss',
})
export class SignInForm {
  /** Emits the password that was right: a one-time one has to be given again when it is replaced. */
  readonly signedIn = output<string>();

  private readonly auth = inject(AuthClient);
  private readonly emailInput = viewChild.required<string, ElementRef<HTMLInputElement>>('emailInput', {
    read: ElementRef,
  });
  private readonly model = signal({ email: '', password: '' });
  protected readonly problem = signal<Problem | null>(null);
  protected readonly blockedForSeconds = signal<number | null>(null);

  protected readonly form = form(
    this.model,
    (path) => {
      required(path.email, { message: 'validation.emailRequired' });
      email(path.email, { message: 'validation.emailInvalid' });
      required(path.password, { message: 'validation.passwordRequired' });
    },
    {
      name: 'sign-in',
      submission: {
        action: () => this.signIn(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );
  protected readonly busy = computed(() => this.form().submitting());

  constructor() {
    afterNextRender(() => this.emailInput().nativeElement.focus());
  }

  private async signIn(): Promise<TreeValidationResult> {
    const { email, password } = this.model();
    this.problem.set(null);
    this.blockedForSeconds.set(null);
    try {
      await this.auth.signIn(email.trim(), password);
    } catch (error) {
      const problem = toProblem(error);
      this.form.password().focusBoundControl();
      if (problem.code === 'invalid_credentials') {
        return { kind: 'server', message: 'errors.invalid_credentials', fieldTree: this.form.password };
      }
      if (problem.retryAfterSeconds !== null) this.blockedForSeconds.set(problem.retryAfterSeconds);
      else if (problem.code === 'permission_denied')
        this.problem.set({ ...problem, code: 'account_disabled' });
      else this.problem.set(problem);
      return undefined;
    }
    this.signedIn.emit(password);
    return undefined;
  }
}
