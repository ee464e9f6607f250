import { Component, computed, input } from '@angular/core';
import { Icon } from '../icon/icon';
import type { IconName } from '../icon/icons';

export type StatusKind = 'ok' | 'warn' | 'down' | 'info' | 'off';

const SHAPES: Readonly<Record<StatusKind, IconName>> = {
  ok: 'ok',
  warn: 'warn',
  down: 'error',
  info: 'pending',
  off: 'block',
};

/** A state as word, shape and colour, in this order of weight. */
@Component({
  selector: 'ccs-status-chip',
  imports: [Icon],
  template: `<ccs-icon [name]="shape()" /><ng-content />`,
  host: { '[class]': 'kind()' },
  styleUrl: './status-chip.scss',
})
export class StatusChip {
  readonly kind = input.required<StatusKind>();
  protected readonly shape = computed(() => SHAPES[this.kind()]);
}
