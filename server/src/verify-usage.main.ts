import { Client } from 'pg';
import { resolve } from 'node:path';
import { errorText } from './config/error-text.js';
import { verifyUsage, type UsageAudit } from './usage/verify-usage.js';

/** `npm run usage:verify`: whether journal, records and roll-ups agree. Ends with 0 if they do, with 1 if not. */
const { DATABASE_URL: url, DATA_DIR: dataDir } = process.env;
const client = new Client({ connectionString: url, application_name: 'cc-switch usage:verify' });
try {
  await client.connect();
  // One view for all questions, while calls go on.
  await client.query('begin transaction isolation level repeatable read read only');
  const audit = await verifyUsage(resolve(dataDir ?? 'data'), (sql, values) =>
    client.query(sql, values === undefined ? [] : [...values]),
  );
  process.stdout.write(report(audit));
  process.exitCode = isExact(audit) ? 0 : 1;
} catch (error) {
  process.stderr.write(`usage:verify: ${errorText(error)}\n`);
  process.exitCode = 2;
} finally {
  await client.end().catch(() => undefined);
}

function isExact({ missing, differences, deadLetters }: UsageAudit): boolean {
  return missing.length === 0 && differences.length === 0 && deadLetters === 0;
}

function report(audit: UsageAudit): string {
  const { records, deadLetters, journalRecords, waiting, missing, damagedSegments, differences } = audit;
  const lines = [
    `records in the database    ${records}`,
    `records in the journal     ${journalRecords}, ${waiting} of them not in the database yet`,
    `counted but missing        ${missing.length}`,
    `set aside (dead letters)   ${deadLetters}`,
    `damaged segments           ${damagedSegments.length}`,
    `differences of roll-ups    ${differences.length}`,
    ...missing.map((id) => `  missing: ${id}`),
    ...damagedSegments.map((path) => `  damaged: ${path}`),
    ...differences.map(
      ({ table, row, column, expected, found }) =>
        `  ${table} ${JSON.stringify(row)}: ${column} is ${found}, the records say ${expected}`,
    ),
    isExact(audit) ? 'Everything agrees.' : 'There are differences.',
  ];
  return `${lines.join('\n')}\n`;
}
