import { DOCUMENT, Service, inject, signal } from '@angular/core';
import { TranslateService } from '@ngx-translate/core';
import { firstValueFrom } from 'rxjs';
import { readStored, writeStored } from '../preferences/stored-preference';
import { LANGUAGES, LANGUAGE_CODES, matchLanguage, type LanguageCode } from './languages';

/** The language of the page: the one chosen in this browser, else the browser's own. */
@Service()
export class Language {
  private readonly translate = inject(TranslateService);
  private readonly document = inject(DOCUMENT);
  private readonly active = signal<LanguageCode>('en-US');
  readonly current = this.active.asReadonly();

  /** To be awaited before the first page is drawn, so that no raw key ever shows. */
  start(): Promise<void> {
    const wanted = this.document.defaultView?.navigator.languages ?? [];
    return this.load(readStored('language', LANGUAGE_CODES) ?? matchLanguage(wanted));
  }

  /** Switches at once and remembers it. Rejects, and leaves the page as it is, when the texts cannot be had. */
  async choose(code: LanguageCode): Promise<void> {
    await this.load(code);
    writeStored('language', code);
  }

  private async load(code: LanguageCode): Promise<void> {
    await firstValueFrom(this.translate.use(code));
    this.active.set(code);
    const root = this.document.documentElement;
    root.lang = code;
    root.dir = LANGUAGES.find((language) => language.code === code)?.dir ?? 'ltr';
  }
}
