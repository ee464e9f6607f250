import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { getMetadataStorage } from 'class-validator';
import type { DataSource } from 'typeorm';
import type { Handler } from './start-app.js';

/** Nest's number for an argument that is the body; the enumeration is not exported. */
const BODY = 3;

/** The DTO class of a handler's body; null: it takes none, or reads it by itself. */
export function bodyClassOf({ controller, name }: Handler): (new () => object) | null {
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<
    string,
    { readonly index: number }
  >;
  const body = Object.entries(args).find(([key]) => key.startsWith(`${BODY}:`))?.[1];
  if (body === undefined) return null;
  const types = Reflect.getMetadata(
    'design:paramtypes',
    controller.prototype as object,
    name,
  ) as (new () => object)[];
  const type = types[body.index];
  return type === undefined || type === Object ? null : type;
}

/** The fields a DTO lets through. */
export function fieldsOf(dto: new () => object): ReadonlySet<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}

/** Every column of every table an entity stands for, by its name there and here. */
export function columnNames(dataSource: DataSource): readonly string[] {
  const columns = dataSource.entityMetadatas.flatMap(({ columns: all }) => all);
  return [
    ...new Set(columns.flatMap(({ databaseName, propertyName }) => [databaseName, propertyName])),
  ].sort();
}

/** Written by the clock, whatever is asked. */
const REPORTS = new Set(['health_replicas', 'health_traffic']);

/** All tables as text, but for those named: what a write that was refused must leave alone. */
export async function tablesAsText(
  dataSource: DataSource,
  except: ReadonlySet<string> = new Set(),
): Promise<Record<string, string>> {
  const tables = await dataSource.query<{ name: string }[]>(
    `select table_name as name from information_schema.tables
      where table_schema = current_schema() and table_type = 'BASE TABLE' order by 1`,
  );
  const texts: Record<string, string> = {};
  for (const { name } of tables) {
    if (except.has(name) || REPORTS.has(name)) continue;
    const [row] = await dataSource.query<{ text: string | null }[]>(
      `select string_agg(t::text, E'\\n' order by t::text) as text from "${name}" t`,
    );
    texts[name] = row?.text ?? '';
  }
  return texts;
}
