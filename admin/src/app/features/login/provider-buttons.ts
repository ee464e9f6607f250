import { Component, computed, inject, input } from '@angular/core';
import { MatAnchor } from '@angular/material/button';
import { TranslatePipe } from '@ngx-translate/core';
import type { OauthProvider } from '@ccs/dto';
import { nextPath } from '../../core/session/next-path';
import { Icon } from '../../ui/icon/icon';
import type { IconName } from '../../ui/icon/icons';
import { OauthClient } from './oauth-client';

const MARKS: Readonly<Record<OauthProvider, IconName>> = {
  github: 'github',
  google: 'google',
  microsoft: 'microsoft',
  feishu: 'people',
  oidc: 'key',
};

/** A way in by each provider that is configured; nothing where there is none. They lead away from this page. */
@Component({
  selector: 'ccs-provider-buttons',
  imports: [Icon, MatAnchor, TranslatePipe],
  template: `
    @if (buttons().length > 0) {
      <p class="or">{{ 'login.or' | translate }}</p>
      @for (button of buttons(); track button.provider) {
        <a matButton="outlined" [href]="button.href">
          <ccs-icon matButtonIcon [name]="button.mark" />
          {{ 'login.with' | translate: { name: button.name } }}
        </a>
      }
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }

    .or {
      display: flex;
      gap: 12px;
      align-items: center;
      margin-block: 20px 4px;
      color: var(--mat-sys-on-surface-variant);

      &::before,
      &::after {
        flex: 1;
        border-block-start: 1px solid var(--ccs-hairline);
        content: '';
      }
    }

    a {
      min-height: 44px;
    }
  `,
})
export class ProviderButtons {
  /** Where the person was going. */
  readonly next = input<string>();

  private readonly list = inject(OauthClient).providers();
  protected readonly buttons = computed(() => {
    const next = nextPath(this.next());
    const query = next === '/' ? '' : `?next=${encodeURIComponent(next)}`;
    const providers = this.list.hasValue() ? this.list.value().providers : {};
    return Object.entries(providers).map(([provider, { name }]) => ({
      provider,
      name,
      href: `/oauth/${provider}/login${query}`,
      // The list has the names of the type, and those only.
      mark: MARKS[provider as OauthProvider],
    }));
  });
}
