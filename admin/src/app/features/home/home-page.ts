import { Component, DestroyRef, computed, inject } from '@angular/core';
import { TranslatePipe } from '@ngx-translate/core';
import { formatList } from '../../core/format/format';
import { Language } from '../../core/language/language';
import { toProblem } from '../../core/problem/problem';
import { ProblemAlert } from '../../core/problem/problem-alert';
import { Icon } from '../../ui/icon/icon';
import { PageHeading } from '../../ui/page-heading/page-heading';
import { ConnectCard } from './connect-card';
import { gatewayStatus } from './gateway-status';
import { HomeClient } from './home-client';
import { ProvidersCard } from './providers-card';

const REFRESH_MS = 15_000;
/** Named in the sentence; the rest stand in the list beside it. */
const NAMED_PROVIDERS = 4;

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
  protected readonly list = computed(() => (this.problem() === null ? this.providers.value() : []));
  /** Null until the first answer came: neither good nor bad news. */
  protected readonly status = computed(() => {
    const answered = this.providers.status() !== 'loading' && this.problem() === null;
    return answered ? gatewayStatus(this.list()) : null;
  });
  /** Known to be so: while nothing is known, a test may find out. */
  protected readonly nobodyAnswers = computed(() => (this.status()?.kind ?? 'ready') !== 'ready');
  /** Translation key. */
  protected readonly nextStep = computed(() => {
    const status = this.status();
    if (status?.kind !== 'allDisabled') return 'home.status.noProvider.text';
    return status.reasonsKnown ? 'home.status.allDisabled.text' : 'home.status.allDisabled.askAdministrator';
  });
  protected readonly providerNames = computed(() => {
    const status = this.status();
    if (status?.kind !== 'ready') return '';
    const named = status.providers.slice(0, NAMED_PROVIDERS);
    const more = status.providers.length - named.length;
    return formatList(more > 0 ? [...named, `+${more}`] : named, this.language.current());
  });

  constructor() {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') this.providers.reload();
    }, REFRESH_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
