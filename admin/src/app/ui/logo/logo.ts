import { Component } from '@angular/core';

/** The mark: one way in, two ways out, one of them in use. */
@Component({
  selector: 'ccs-logo',
  template: `
    <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect class="tile" width="32" height="32" rx="8" />
      <g class="ways">
        <path d="M8 16h4.5c3.8 0 3-6 6.8-6H21" />
        <path class="idle" d="M12.5 16c3.8 0 3 6 6.8 6H21" />
      </g>
      <g class="ends">
        <circle cx="8" cy="16" r="2.6" />
        <circle cx="23.5" cy="10" r="2.6" />
        <circle class="idle" cx="23.5" cy="22" r="2.6" />
      </g>
    </svg>
  `,
  styles: `
    :host {
      display: inline-block;
      width: var(--ccs-logo-size, 28px);
      height: var(--ccs-logo-size, 28px);
      flex: none;
    }

    svg {
      display: block;
    }

    .tile {
      fill: var(--mat-sys-primary);
    }

    .ways {
      fill: none;
      stroke: var(--mat-sys-on-primary);
      stroke-width: 2.4;
      stroke-linecap: round;
    }

    .ends {
      fill: var(--mat-sys-on-primary);
    }

    .idle {
      opacity: 0.55;
    }
  `,
})
export class Logo {}
