import { Component, booleanAttribute, computed, inject, input, output } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslatePipe } from '@ngx-translate/core';
import { Icon } from '../../ui/icon/icon';
import type { Problem } from './problem';
import { ProblemWords } from './problem-words';

/** A failed call in words, with the reference for the log, at the place where it was made. */
@Component({
  selector: 'ccs-problem-alert',
  imports: [Icon, MatButton, TranslatePipe],
  template: `
    <div class="alert" role="alert">
      <ccs-icon name="error" />
      <div class="words">
        <p>{{ words() }}</p>
        @if (problem().requestId; as id) {
          <p class="reference">
            {{ 'problem.reference' | translate }} <code dir="ltr" translate="no">{{ id }}</code>
          </p>
        }
      </div>
      @if (retryable()) {
        <button matButton type="button" (click)="retry.emit()">
          {{ 'common.action.retry' | translate }}
        </button>
      }
    </div>
  `,
  styleUrl: './problem-alert.scss',
})
export class ProblemAlert {
  readonly problem = input.required<Problem>();
  readonly retryable = input(false, { transform: booleanAttribute });
  readonly retry = output();

  private readonly problemWords = inject(ProblemWords);
  protected readonly words = computed(() => this.problemWords.of(this.problem()));
}
