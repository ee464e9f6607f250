import type { StatsRange } from '@ccs/dto';
import { dayOf, type TimeRange } from './time-range.js';

export const rangeView = ({ fromMs, untilMs, zone }: TimeRange): StatsRange => ({
  from: dayOf(fromMs, zone),
  to: dayOf(untilMs - 1, zone),
  since: new Date(fromMs).toISOString(),
  until: new Date(untilMs).toISOString(),
  tz: zone,
});
