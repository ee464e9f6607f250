import {
  Component,
  ElementRef,
  Injector,
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
  form,
  maxLength,
  required,
  type TreeValidationResult,
} from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { TranslatePipe } from '@ngx-translate/core';
import { toProblem, type Problem } from '../../core/problem/problem';
import { ProblemAlert } from '../../core/problem/problem-alert';
import { ProblemWords } from '../../core/problem/problem-words';
import { CopyButton } from '../../ui/copy-button/copy-button';
import { Icon } from '../../ui/icon/icon';
import { deviceName } from './device-name';
import { HomeClient } from './home-client';

const NAME_MAX_LENGTH = 100;

/** A key of one's own, made on the spot. */
@Component({
  selector: 'ccs-make-key',
  imports: [
    CopyButton,
    FormField,
    FormRoot,
    Icon,
    MatButton,
    MatError,
    MatFormField,
    MatInput,
    MatLabel,
    ProblemAlert,
    TranslatePipe,
  ],
  templateUrl: './make-key.html',
  styleUrl: './make-key.scss',
})
export class MakeKey {
  /** The key itself. */
  readonly made = output<string>();

  private readonly client = inject(HomeClient);
  private readonly problemWords = inject(ProblemWords);
  private readonly injector = inject(Injector);
  private readonly copyButton = viewChild<unknown, ElementRef<HTMLElement>>(CopyButton, { read: ElementRef });
  private readonly newest = this.client.newestKey();
  private readonly model = signal({ name: `Claude Code (${deviceName(navigator.userAgent)})` });
  protected readonly madeKey = signal<{ name: string; key: string } | null>(null);
  protected readonly problem = signal<Problem | null>(null);

  protected readonly form = form(
    this.model,
    (path) => {
      required(path.name, { message: 'validation.keyNameRequired' });
      maxLength(path.name, NAME_MAX_LENGTH, { message: 'validation.keyNameTooLong' });
    },
    {
      name: 'make-key',
      submission: {
        action: () => this.make(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );
  protected readonly busy = computed(() => this.form().submitting());
  protected readonly newestKey = computed(() => {
    // Only a help: without it one makes a key all the same.
    const key = this.newest.hasValue() ? this.newest.value().data[0] : undefined;
    return key === undefined
      ? null
      : { name: key.name, shown: `${key.key_prefix.replace(/\.+$/, '')}…${key.last_four}` };
  });

  private async make(): Promise<TreeValidationResult> {
    this.problem.set(null);
    try {
      const created = await this.client.makeKey(this.model().name.trim());
      this.madeKey.set({ name: created.name, key: created.api_key });
      this.made.emit(created.api_key);
      // The button that was pressed is gone: the focus goes on to what comes next.
      afterNextRender(() => this.copyButton()?.nativeElement.querySelector('button')?.focus(), {
        injector: this.injector,
      });
    } catch (error) {
      const problem = toProblem(error);
      const refused = problem.fields.find((field) => field.pointer === '/name');
      if (refused !== undefined) {
        return { kind: 'server', message: this.problemWords.of(refused), fieldTree: this.form.name };
      }
      this.problem.set(problem);
    }
    return undefined;
  }
}
