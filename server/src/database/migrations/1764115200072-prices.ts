import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Prices set in the portal or by the API, per provider and model, by the time from which they hold. Nothing is
 * overwritten: a change is a further row, and a row without any price takes the earlier ones back. Integer nano-USD
 * per million tokens; null is unknown.
 */
export class Prices1764115200072 implements MigrationInterface {
  readonly name = 'Prices1764115200072';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table prices (
        id integer generated always as identity primary key,
        provider text not null,
        model text not null,
        valid_from timestamptz not null,
        input bigint check (input >= 0),
        output bigint check (output >= 0),
        cache_read bigint check (cache_read >= 0),
        cache_write bigint check (cache_write >= 0),
        set_by integer,
        created_at timestamptz not null default now(),
        unique (provider, model, valid_from)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
