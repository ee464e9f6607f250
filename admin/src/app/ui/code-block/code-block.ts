import { Component, computed, input } from '@angular/core';
import { CopyButton } from '../copy-button/copy-button';
import { textOf, type CodeLine } from './code-line';

/** Code to be copied, whole or line by line. Left to right in every language, and never translated. */
@Component({
  selector: 'ccs-code-block',
  imports: [CopyButton],
  template: `
    <div
      class="code"
      dir="ltr"
      translate="no"
      role="group"
      [class.plain-lines]="!copyLines()"
      [attr.aria-label]="label()"
    >
      @for (line of lines(); track $index) {
        <div class="line">
          <code>
            @for (piece of line; track $index) {
              <span [class]="piece.kind">{{ piece.text }}</span>
            }
          </code>
          @if (copyLines()) {
            <ccs-copy-button compact label="common.action.copyLine" [text]="textOf(line)" />
          }
        </div>
      }
    </div>
    <div class="foot">
      <ccs-copy-button [label]="copyLabel()" [text]="whole()" />
      <ng-content />
    </div>
  `,
  styleUrl: './code-block.scss',
})
export class CodeBlock {
  readonly lines = input.required<readonly CodeLine[]>();
  /** What the block holds, for who cannot see it. */
  readonly label = input.required<string>();
  /** Each line is worth copying alone. */
  readonly copyLines = input(false);
  /** Translation key. */
  readonly copyLabel = input('common.action.copy');

  protected readonly textOf = textOf;
  protected readonly whole = computed(() => this.lines().map(textOf).join('\n'));
}
