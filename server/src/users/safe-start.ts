import type { Client } from 'pg';
import { readEnvironment, type Environment } from '../config/environment.js';
import { InvalidEnvironmentError, StartupError, type EnvironmentProblem } from '../config/startup-error.js';
import { connectPatiently } from '../database/connect.js';
import { ONE_TIME_PASSWORD_SETTING } from './first-administrator.js';
import { passwordProblem } from './password-rules.js';

const PATIENCE_MS = 15_000;

/**
 * The environment of a process that listens. Beyond loopback the database has its say, too: no first start without a
 * good ADMIN_PASSWORD, and none while the one-time password of a first start on loopback is still good. Throws
 * `InvalidEnvironmentError` with everything that is missing, in the environment and in the database.
 */
export async function safeEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Environment> {
  const { environment, problems } = readEnvironment(variables);
  const all = environment.listensOnLoopback
    ? problems
    : [...problems, ...(await problemsOfDatabase(environment, problems))];
  if (all.length > 0) throw new InvalidEnvironmentError(all);
  return environment;
}

async function problemsOfDatabase(
  environment: Environment,
  known: readonly EnvironmentProblem[],
): Promise<readonly EnvironmentProblem[]> {
  if (known.some(({ variable }) => variable === 'DATABASE_URL')) return [];
  let client: Client;
  try {
    // With other problems this start ends anyway.
    client = await connectPatiently(environment.databaseUrl, known.length > 0 ? 0 : PATIENCE_MS);
  } catch (error) {
    if (error instanceof StartupError) return known.length > 0 ? [] : rethrow(error);
    throw error;
  }
  try {
    return (await hasUsers(client)) ? await pendingPassword(client) : await firstStart(environment);
  } finally {
    await client.end();
  }
}

function rethrow(error: StartupError): never {
  throw error;
}

async function hasUsers(client: Client): Promise<boolean> {
  const { rows: tables } = await client.query<{ users: boolean; settings: boolean }>(
    `select to_regclass('users') is not null as users, to_regclass('settings') is not null as settings`,
  );
  if (tables[0]?.users !== true || !tables[0].settings) return false;
  const { rows } = await client.query<{ found: boolean }>('select exists (select from users) as found');
  return rows[0]?.found === true;
}

async function firstStart({
  adminEmail,
  adminPassword,
}: Environment): Promise<readonly EnvironmentProblem[]> {
  if (adminPassword === null) {
    const expected = `required for the first start beyond loopback (at least 12 characters); it becomes the password of ${adminEmail}`;
    return [{ variable: 'ADMIN_PASSWORD', expected }];
  }
  const problem = await passwordProblem(adminPassword.reveal(), { email: adminEmail });
  return problem === null ? [] : [{ variable: 'ADMIN_PASSWORD', expected: `the password ${problem}` }];
}

async function pendingPassword(client: Client): Promise<readonly EnvironmentProblem[]> {
  const { rows } = await client.query<{ email: string }>(
    `select email from users join settings on key = $1 and (value #>> '{}')::integer = id
     where must_change_password and is_active`,
    [ONE_TIME_PASSWORD_SETTING],
  );
  return rows.map(({ email }) => ({
    variable: 'HOST',
    expected: `127.0.0.1 until the one-time password of ${email} has been replaced: sign in from this machine first`,
  }));
}
