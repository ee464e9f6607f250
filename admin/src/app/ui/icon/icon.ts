import { Component, computed, input } from '@angular/core';
import { ICONS, type IconName } from './icons';

/** Decoration: what it means stands beside it in words, or in the label of the button that holds it. */
@Component({
  selector: 'ccs-icon',
  template: `<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path [attr.d]="path()" /></svg>`,
  styles: `
    :host {
      display: inline-block;
      width: var(--ccs-icon-size, 20px);
      height: var(--ccs-icon-size, 20px);
      flex: none;
    }

    svg {
      display: block;
      width: 100%;
      height: 100%;
      fill: currentcolor;
    }
  `,
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly path = computed(() => ICONS[this.name()]);
}
