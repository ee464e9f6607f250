import { Component, DestroyRef, computed, effect, inject, linkedSignal, untracked } from '@angular/core';
import type { PublicProvider } from '@ccs/dto';
import { TranslatePipe } from '@ngx-translate/core';
import { Connection } from '../../core/connection/connection';
import { formatList } from '../../core/format/format';
import { Language } from '../../core/language/language';
import { toProblem } from '../../core/problem/problem';
import { ProblemAlert } from '../../core/problem/problem-alert';
import { Icon } from '../../ui/icon/icon';
import type { IconName } from '../../ui/icon/icons';
import { PageHeading } from '../../ui/page-heading/page-heading';
import { ConnectCard } from './connect-card';
import { gatewayStatus } from './gateway-status';
import { HomeClient } from './home-client';
import { ProvidersCard } from './providers-card';

const REFRESH_MS = 15_000;
/** Named in the sentence; the rest stand in the list beside it. */
const NAMED_PROVIDERS = 4;

interface Summary {
  readonly icon: IconName;
  readonly look: 'ok' | 'warn' | 'off';
  readonly heading: string;
  readonly text: string | null;
}

/** Is it working, and how do I connect? */
@Component({
  selector: 'ccs-home-page',
  imports: [ConnectCard, Icon, PageHeading, ProblemAlert, ProvidersCard, TranslatePipe],
  templateUrl: './home-page.html',
  styleUrl: './home-page.scss',
})
export class HomePage {
  private readonly language = inject(Language);
  protected readonly providers = inject(HomeClient).providers();

  protected readonly problem = computed(() => {
    const error = this.providers.error();
    return error === undefined ? null : toProblem(error);
  });
  /** What the last answer said, while a newer one is on its way or failed; null: there was none yet. */
  protected readonly list = linkedSignal<readonly PublicProvider[] | null, readonly PublicProvider[] | null>({
    source: () => (this.providers.hasValue() ? this.providers.value() : null),
    computation: (answered, before) => answered ?? before?.value ?? null,
  });
  /** Null: neither good nor bad news. */
  protected readonly status = computed(() => {
    const list = this.list();
    return list === null ? null : gatewayStatus(list);
  });
  /** Known to be so: while nothing is known, a test may find out. */
  protected readonly nobodyAnswers = computed(() => (this.status()?.kind ?? 'ready') !== 'ready');
  /** The one sentence of the page. Its texts are translation keys. */
  protected readonly summary = computed<Summary>(() => {
    const status = this.status();
    switch (status?.kind) {
      case 'ready':
        return {
          icon: 'ok',
          look: 'ok',
          heading: 'home.status.ready.heading',
          text: 'home.status.ready.text',
        };
      case 'allDisabled':
        return {
          icon: 'warn',
          look: 'warn',
          heading: 'home.status.allDisabled.heading',
          text: status.reasonsKnown
            ? 'home.status.allDisabled.text'
            : 'home.status.allDisabled.askAdministrator',
        };
      case 'noProvider':
        return {
          icon: 'warn',
          look: 'warn',
          heading: 'home.status.noProvider.heading',
          text: 'home.status.noProvider.text',
        };
      case undefined: {
        const heading = this.problem() === null ? 'home.status.loading' : 'home.status.unknown';
        return { icon: 'pending', look: 'off', heading, text: null };
      }
      default:
        return status satisfies never;
    }
  });
  protected readonly providerNames = computed(() => {
    const status = this.status();
    if (status?.kind !== 'ready') return '';
    const named = status.providers.slice(0, NAMED_PROVIDERS);
    const more = status.providers.length - named.length;
    return formatList(more > 0 ? [...named, `+${more}`] : named, this.language.current());
  });

  constructor() {
    const connection = inject(Connection);
    effect(() => {
      // The gateway is back, perhaps with other providers.
      if (!connection.lost()) untracked(() => this.providers.reload());
    });
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') this.providers.reload();
    }, REFRESH_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
