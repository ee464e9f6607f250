import { LiveAnnouncer } from '@angular/cdk/a11y';
import { Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { TranslateService } from '@ngx-translate/core';
import { ConnectionBanner } from './core/connection/connection-banner';
import { Theme } from './core/preferences/theme';

@Component({
  selector: 'ccs-root',
  imports: [ConnectionBanner, RouterOutlet],
  template: `
    <ccs-connection-banner />
    <router-outlet />
  `,
  host: { '(document:keydown)': 'cycleTheme($event)' },
})
export class App {
  private readonly theme = inject(Theme);
  private readonly announcer = inject(LiveAnnouncer);
  private readonly translate = inject(TranslateService);

  /** Ctrl/Cmd Shift L, by the key's place on the keyboard, so that it is there in every layout. */
  protected cycleTheme(event: KeyboardEvent): void {
    if (event.code !== 'KeyL' || !event.shiftKey || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    const name: unknown = this.translate.instant(`preferences.theme.${this.theme.cycle()}`);
    void this.announcer.announce(
      `${String(this.translate.instant('preferences.theme.label'))}: ${String(name)}`,
    );
  }
}
