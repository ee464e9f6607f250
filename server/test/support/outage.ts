import pg from 'pg';

/** Takes one database of the throw-away cluster off the network: open connections break, new ones are refused. */
export async function takeDatabaseAway(databaseUrl: string): Promise<{ bringBack(): Promise<void> }> {
  const name = new URL(databaseUrl).pathname.slice(1);
  const allow = (allowed: boolean) =>
    onCluster(`alter database ${name} allow_connections ${String(allowed)}`);
  await allow(false);
  await breakConnections(databaseUrl);
  return { bringBack: () => allow(true) };
}

/** Ends the connections of a database, all or those of one `application_name`; new ones are welcome. */
export async function breakConnections(databaseUrl: string, applicationName?: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  await onCluster(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = $1 and ($2::text is null or application_name = $2)`,
    [name, applicationName ?? null],
  );
}

async function onCluster(sql: string, values: unknown[] = []): Promise<void> {
  const client = new pg.Client(process.env.TEST_DATABASE_URL);
  await client.connect();
  try {
    await client.query(sql, values);
  } finally {
    await client.end();
  }
}
