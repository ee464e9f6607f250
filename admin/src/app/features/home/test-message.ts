import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Component, DestroyRef, computed, inject, input, signal } from '@angular/core';
import {
  FormField,
  FormRoot,
  form,
  required,
  submit,
  type TreeValidationResult,
} from '@angular/forms/signals';
import { MatButton } from '@angular/material/button';
import { MatError, MatFormField, MatLabel } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import type { PublicProvider } from '@ccs/dto';
import { TranslatePipe, TranslateService } from '@ngx-translate/core';
import { formatCount, formatDuration } from '../../core/format/format';
import { Language } from '../../core/language/language';
import { Icon } from '../../ui/icon/icon';
import { testTier } from './gateway-status';
import { HomeClient, MessageRefused } from './home-client';
import { NEW_RUN, foldEvent, isRunning, type TestRun } from './test-run';

/** One real message through the whole gateway, its answer read as it comes. */
@Component({
  selector: 'ccs-test-message',
  imports: [FormField, FormRoot, Icon, MatButton, MatError, MatFormField, MatInput, MatLabel, TranslatePipe],
  templateUrl: './test-message.html',
  styleUrl: './test-message.scss',
})
export class TestMessage {
  readonly providers = input.required<readonly PublicProvider[]>();
  readonly nobodyAnswers = input.required<boolean>();

  private readonly client = inject(HomeClient);
  private readonly language = inject(Language);
  private readonly translate = inject(TranslateService);
  private readonly announcer = inject(LiveAnnouncer);
  private abort: AbortController | null = null;
  private readonly model = signal({ text: String(this.translate.instant('home.test.prompt')) });
  protected readonly run = signal<TestRun | null>(null);
  protected readonly running = computed(() => {
    const run = this.run();
    return run !== null && isRunning(run);
  });

  protected readonly form = form(
    this.model,
    (path) => required(path.text, { message: 'validation.messageRequired' }),
    {
      name: 'test-message',
      submission: {
        action: () => this.send(),
        onInvalid: (field) => field().errorSummary()[0]?.fieldTree().focusBoundControl(),
      },
    },
  );

  protected readonly figures = computed(() => {
    const run = this.run();
    if (run === null) return [];
    const language = this.language.current();
    const duration = (ms: number | null): string | null =>
      ms === null ? null : formatDuration(ms, language);
    const count = (tokens: number | null): string | null =>
      tokens === null ? null : formatCount(tokens, language);
    return [
      { key: 'home.test.figure.provider', value: run.provider },
      { key: 'home.test.figure.model', value: run.model },
      { key: 'home.test.figure.firstToken', value: duration(run.firstTokenMs) },
      { key: 'home.test.figure.total', value: duration(run.totalMs) },
      { key: 'home.test.figure.inputTokens', value: count(run.inputTokens) },
      { key: 'home.test.figure.outputTokens', value: count(run.outputTokens) },
    ].filter((figure): figure is { key: string; value: string } => figure.value !== null);
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => this.abort?.abort());
  }

  protected submit(): void {
    void submit(this.form);
  }

  protected stop(): void {
    this.abort?.abort();
  }

  private async send(): Promise<TreeValidationResult> {
    if (this.nobodyAnswers()) return undefined;
    const abort = new AbortController();
    this.abort = abort;
    this.run.set(NEW_RUN);
    this.announce('home.test.started');
    try {
      await this.stream(abort.signal);
    } catch (error) {
      if (abort.signal.aborted) this.update((run) => ({ ...run, phase: 'stopped' }));
      else this.update((run) => ({ ...run, phase: 'failed', ...failureOf(error) }));
    }
    this.announce(`home.test.ended.${this.run()?.phase ?? 'failed'}`);
    return undefined;
  }

  private async stream(signal: AbortSignal): Promise<void> {
    const start = performance.now();
    const { provider, model, events } = await this.client.openMessage(
      this.model().text,
      testTier(this.providers()),
      signal,
    );
    this.update((run) => ({ ...run, provider, model }));
    for await (const event of events) {
      this.update((run) => foldEvent(run, event, performance.now() - start));
    }
    // A stream that ends without saying so was cut.
    this.update((run) => (isRunning(run) ? { ...run, phase: 'failed', failure: null } : run));
  }

  private update(next: (run: TestRun) => TestRun): void {
    this.run.update((run) => next(run ?? NEW_RUN));
  }

  private announce(key: string): void {
    void this.announcer.announce(String(this.translate.instant(key)));
  }
}

function failureOf(error: unknown): Pick<TestRun, 'failure' | 'requestId'> {
  return error instanceof MessageRefused
    ? { failure: error.message, requestId: error.requestId }
    : { failure: null, requestId: null };
}
