import { Component, computed, input } from '@angular/core';
import { TranslatePipe } from '@ngx-translate/core';
import { StatusChip } from '../../ui/status-chip/status-chip';
import type { PublicProvider } from '@ccs/dto';

const SHOWN_MODELS = 2;
/** The tiers that have a name in every language, in their order; a file may have others. */
const NAMED_TIERS = ['big', 'middle', 'small'];

/** Who can answer, and with which models. */
@Component({
  selector: 'ccs-providers-card',
  imports: [StatusChip, TranslatePipe],
  templateUrl: './providers-card.html',
  styleUrl: './providers-card.scss',
})
export class ProvidersCard {
  /** Null: not known yet. */
  readonly providers = input.required<readonly PublicProvider[] | null>();

  protected readonly rows = computed(() =>
    (this.providers() ?? []).map((provider) => ({
      ...provider,
      id: `${provider.name}/${provider.api_format}`,
      initial: Array.from(provider.name)[0]?.toLocaleUpperCase() ?? '',
      tiers: tiersOf(provider.models),
    })),
  );
}

function tiersOf(models: PublicProvider['models']) {
  const place = (tier: string): number =>
    (NAMED_TIERS.indexOf(tier) + NAMED_TIERS.length + 1) % (NAMED_TIERS.length + 1);
  return Object.entries(models)
    .filter(([, names]) => names.length > 0)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([tier, names]) => ({
      tier,
      label: NAMED_TIERS.includes(tier) ? `home.providers.tier.${tier}` : null,
      models: names.slice(0, SHOWN_MODELS),
      more: Math.max(0, names.length - SHOWN_MODELS),
    }));
}
