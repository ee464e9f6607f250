import { expect, it, jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { Secret } from '../../src/config/secret.js';
import { migrate } from '../../src/database/migrate.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { addTo } from '../../src/usage/rollups.js';
import { rollupDifferences } from '../../src/usage/usage-differences.js';
import { createTestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

/** Of the last four days, one each ten minutes. */
const RECORDS = `
  insert into usage_records (request_id, called_at, user_id, key_id, requested_model, provider, target_model, tier, status,
    attempts, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, estimated, cost_nano_usd,
    first_event_ms, duration_ms, stream, record_version)
  select id, usage_time_of(id), n % 3, nullif(n % 5, 0), 'm', (array['a', 'b', null])[1 + n % 3],
         (array['x', 'y', null])[1 + n % 3], (array['big', 'small'])[1 + n % 2],
         (array['success', 'success', 'error', 'client_gone'])[1 + n % 4], 1 + n % 2, n, 2 * n, 3, 4, n % 7 = 0,
         nullif(n % 6, 0) * 1000, nullif(n % 8, 0), n * 10, true, 1
    from generate_series(0, 599) as n,
         lateral (select (lpad(to_hex((extract(epoch from now()) * 1000)::bigint - n * 600000), 12, '0') ||
                          '70008' || lpad(to_hex(n), 15, '0'))::uuid) as made (id)`;

it('roll-ups of a database with records are their sums, whatever migrations made of them', async () => {
  const database = await createTestDatabase();
  try {
    const rollupsOfOld = MIGRATIONS.findIndex(({ name }) => name.startsWith('UsageStatistics'));
    const before = new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: MIGRATIONS.slice(0, rollupsOfOld),
      installExtensions: false,
    });
    await before.initialize();
    await before.runMigrations();
    await before.destroy();
    await database.query(RECORDS);
    await database.query(addTo('usage_daily', 'usage_records'));

    expect(await migrate(new Secret(database.url))).toHaveLength(MIGRATIONS.length - rollupsOfOld);
    expect(await rollupDifferences((sql) => database.query(sql))).toEqual([]);
    const { rows } = await database.query(
      'select sum(calls)::integer as calls, sum(cancelled)::integer as cancelled from usage_pair_hours',
    );
    expect(rows).toEqual([{ calls: 600, cancelled: 150 }]);
  } finally {
    await database.drop();
  }
});
