import type { EnvironmentReader } from './environment-reader.js';

/** For how many days what is stored is kept; null: for ever. */
export interface Retention {
  readonly usageRecordsDays: number | null;
  readonly hourlyRollupsDays: number | null;
  readonly deletedConversationsDays: number;
  /** Checks of providers, events of their breakers, attempts by time. */
  readonly healthDays: number;
  readonly capturesDays: number;
  readonly configChangesDays: number | null;
}

const MAX_DAYS = 36_500;
const FOREVER = 0;

export function readRetention(reader: EnvironmentReader): Retention {
  const days = (variable: string, fallback: number, min: number): number =>
    reader.integer(variable, fallback, { min, max: MAX_DAYS });
  const orForever = (number: number): number | null => (number === FOREVER ? null : number);
  return Object.freeze({
    usageRecordsDays: orForever(days('RETENTION_USAGE_RECORDS_DAYS', 400, FOREVER)),
    hourlyRollupsDays: orForever(days('RETENTION_HOURLY_ROLLUPS_DAYS', 400, FOREVER)),
    capturesDays: days('RETENTION_CAPTURES_DAYS', 7, 1),
    configChangesDays: orForever(days('RETENTION_CONFIG_CHANGES_DAYS', 400, FOREVER)),
    deletedConversationsDays: days('RETENTION_DELETED_CONVERSATIONS_DAYS', 30, 0),
    healthDays: days('RETENTION_HEALTH_DAYS', 30, 1),
  });
}
