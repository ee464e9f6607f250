import { Directive, ElementRef, afterNextRender, inject } from '@angular/core';
import { Router } from '@angular/router';

/** On the `h1` of a page: takes the focus when one comes from another page, so that a screen reader says where one is. */
@Directive({ selector: 'h1[ccsPageHeading]', host: { tabindex: '-1' } })
export class PageHeading {
  constructor() {
    const heading = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    const first = inject(Router).lastSuccessfulNavigation() === null;
    afterNextRender(() => {
      if (!first) heading.focus({ preventScroll: true });
    });
  }
}
