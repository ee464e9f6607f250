import type { ProviderEvent } from '../providers/provider-health-board.js';

/** Jobs of the queue `health`, by name. Dates are texts there. */
export const HEALTH_JOBS = { probe: 'probe', alert: 'alert' } as const;

/** What an alert tells. */
export interface Alert extends Omit<ProviderEvent, 'at'> {
  /** The same for every try to deliver it. */
  readonly id: string;
  readonly at: string;
}

export type HealthJob = Alert | Record<string, never>;
