import { UsersAndApiKeys1763942400000 } from './migrations/1763942400000-users-and-api-keys.js';
import { Providers1763942400001 } from './migrations/1763942400001-providers.js';
import { SettingsAndChanges1763942400002 } from './migrations/1763942400002-settings-and-changes.js';
import { StrictApiKeys1764028800000 } from './migrations/1764028800000-strict-api-keys.js';
import { Sessions1764115200010 } from './migrations/1764115200010-sessions.js';
import { SignInFailures1764115200011 } from './migrations/1764115200011-sign-in-failures.js';
import { Audit1764115200020 } from './migrations/1764115200020-audit.js';
import { LinkedAccounts1764115200030 } from './migrations/1764115200030-linked-accounts.js';
import { LimitsAndRotation1764115200040 } from './migrations/1764115200040-limits-and-rotation.js';
import { ConfigChanges1764115200050 } from './migrations/1764115200050-config-changes.js';
import { ProviderHealth1764115200060 } from './migrations/1764115200060-provider-health.js';
import { UsageRecords1764115200070 } from './migrations/1764115200070-usage-records.js';
import { UsageRollups1764115200071 } from './migrations/1764115200071-usage-rollups.js';
import { Prices1764115200072 } from './migrations/1764115200072-prices.js';
import { UsageStatistics1764115200075 } from './migrations/1764115200075-usage-statistics.js';
import { RequestLogIndexes1764115200076 } from './migrations/1764115200076-request-log-indexes.js';
import { Preferences1764115200090 } from './migrations/1764115200090-preferences.js';
import { Conversations1764115200091 } from './migrations/1764115200091-conversations.js';
import { Captures1764115200100 } from './migrations/1764115200100-captures.js';
import { UsageRollupsByOutcome1764115200110 } from './migrations/1764115200110-usage-rollups-by-outcome.js';
import { RequestLogFilters1764115200111 } from './migrations/1764115200111-request-log-filters.js';

/** In order; forward only. */
export const MIGRATIONS = [
  UsersAndApiKeys1763942400000,
  Providers1763942400001,
  SettingsAndChanges1763942400002,
  StrictApiKeys1764028800000,
  Sessions1764115200010,
  SignInFailures1764115200011,
  Audit1764115200020,
  LinkedAccounts1764115200030,
  LimitsAndRotation1764115200040,
  ConfigChanges1764115200050,
  ProviderHealth1764115200060,
  UsageRecords1764115200070,
  UsageRollups1764115200071,
  Prices1764115200072,
  UsageStatistics1764115200075,
  RequestLogIndexes1764115200076,
  Preferences1764115200090,
  Conversations1764115200091,
  Captures1764115200100,
  UsageRollupsByOutcome1764115200110,
  RequestLogFilters1764115200111,
] as const;
