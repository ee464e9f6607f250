import { Component } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslatePipe } from '@ngx-translate/core';

@Component({
  selector: 'ccs-not-found-page',
  imports: [MatButton, RouterLink, TranslatePipe],
  template: `
    <h1>{{ 'notFound.heading' | translate }}</h1>
    <p>{{ 'notFound.text' | translate }}</p>
    <a matButton="filled" routerLink="/">{{ 'notFound.home' | translate }}</a>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
      align-items: flex-start;
      padding-block: 48px;
    }

    p {
      margin-block-end: 12px;
      color: var(--mat-sys-on-surface-variant);
    }
  `,
})
export class NotFoundPage {}
