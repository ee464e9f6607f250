import { Service, computed, effect, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { TitleStrategy, type RouterStateSnapshot } from '@angular/router';
import { translate } from '@ngx-translate/core';

/** A route's `title` is a translation key; the tab's title follows the language. */
@Service({ autoProvided: false })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly key = signal<string>('app.name');
  private readonly words = translate(() => this.key());
  private readonly text = computed(() =>
    this.key() === 'app.name' ? 'CC Switch' : `${String(this.words())} · CC Switch`,
  );

  constructor() {
    super();
    effect(() => this.title.setTitle(this.text()));
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.key.set(this.buildTitle(snapshot) ?? 'app.name');
  }
}
