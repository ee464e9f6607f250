import { DOCUMENT, Service, inject, signal } from '@angular/core';
import { readStored, writeStored } from './stored-preference';

export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** Which of the two colour schemes the page wears; `before-paint.js` sets the same attribute at load. */
@Service()
export class Theme {
  private readonly document = inject(DOCUMENT);
  /** What a phone paints its address bar with: one tag for each scheme of the system. */
  private readonly frames = Array.from(
    this.document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]'),
    (meta) => ({ meta, colour: meta.content }),
  );
  private readonly chosen = signal<ThemeChoice>(readStored('theme', THEME_CHOICES) ?? 'system');
  readonly choice = this.chosen.asReadonly();

  constructor() {
    this.apply(this.chosen());
  }

  choose(choice: ThemeChoice): void {
    this.chosen.set(choice);
    writeStored('theme', choice);
    this.apply(choice);
  }

  /** The next choice in the order light, dark, system. */
  cycle(): ThemeChoice {
    const order: readonly ThemeChoice[] = ['light', 'dark', 'system'];
    const next = order[(order.indexOf(this.chosen()) + 1) % order.length] ?? 'system';
    this.choose(next);
    return next;
  }

  private apply(choice: ThemeChoice): void {
    const root = this.document.documentElement;
    if (choice === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = choice;
    for (const frame of this.frames) {
      frame.meta.content = choice === 'system' ? frame.colour : (this.frameColour(choice) ?? frame.colour);
    }
  }

  private frameColour(scheme: 'light' | 'dark'): string | undefined {
    return this.frames.find((frame) => frame.meta.media.includes(scheme))?.colour;
  }
}
