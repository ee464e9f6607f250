import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ConfigChanges1764115200050 implements MigrationInterface {
  readonly name = 'ConfigChanges1764115200050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table config_changes (
        id bigint generated always as identity primary key,
        at timestamptz not null default now(),
        source text not null check (source in ('api', 'file')),
        actor_id integer,
        actor_email text,
        area text not null check (area in ('config', 'provider')),
        act text not null check (act in ('create', 'update', 'delete')),
        target text,
        before jsonb,
        after jsonb
      )`);
    // The page of the history is newest first, of everything or of one area.
    await runner.query('create index config_changes_by_area on config_changes (area, id desc)');
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
