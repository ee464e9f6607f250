import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { TestDatabase } from './test-database.js';

/** Something that must not be found where it does not belong. */
export interface PlantedSecret {
  readonly name: string;
  readonly value: string;
}

/** Text that somebody could read, by the name of the place. */
export type ReadablePlaces = ReadonlyMap<string, string>;

/** As it is, and in the spellings that things get on their way. */
function spellings(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    // Without padding, which depends on what follows.
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    hex,
    hex.toUpperCase(),
  ];
}

/** `name in place` for every secret that stands somewhere. */
export function findSecrets(secrets: readonly PlantedSecret[], places: ReadablePlaces): readonly string[] {
  const found: string[] = [];
  for (const { name, value } of secrets) {
    const written = [...new Set(spellings(value))];
    for (const [place, text] of places) {
      if (written.some((spelling) => text.includes(spelling))) found.push(`${name} in ${place}`);
    }
  }
  return found;
}

/** Every row of every table, queues included; bytes are hex. */
export async function databasePlaces(database: TestDatabase): Promise<ReadablePlaces> {
  const { rows } = await database.query(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
  );
  const places = new Map<string, string>();
  for (const { name } of rows as { name: string }[]) {
    const answer = await database.query(`select string_agg(t::text, E'\\n') as text from ${name} t`);
    places.set(`table ${name}`, (answer.rows as { text: string | null }[])[0]?.text ?? '');
  }
  return places;
}

/** Every key with its value, of whichever type. */
export async function redisPlaces(url: string): Promise<ReadablePlaces> {
  const redis = new Redis(url);
  const places = new Map<string, string>();
  try {
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      const read: Readonly<Record<string, () => Promise<unknown>>> = {
        string: () => redis.get(key),
        list: () => redis.lrange(key, 0, -1),
        set: () => redis.smembers(key),
        hash: () => redis.hgetall(key),
        zset: () => redis.zrange(key, '0', '-1'),
        stream: () => redis.xrange(key, '-', '+'),
      };
      const value = await (read[type]?.() ?? Promise.reject(new Error(`a Redis key of type ${type}`)));
      places.set(`Redis ${key}`, `${key} ${JSON.stringify(value)}`);
    }
  } finally {
    redis.disconnect();
  }
  return places;
}

/** Every file below a directory, the journal among them. */
export async function filePlaces(directory: string): Promise<ReadablePlaces> {
  const places = new Map<string, string>();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    places.set(`file ${path.slice(directory.length + 1)}`, await readFile(path, 'latin1'));
  }
  return places;
}
