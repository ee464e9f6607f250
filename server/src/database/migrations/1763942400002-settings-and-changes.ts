import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SettingsAndChanges1763942400002 implements MigrationInterface {
  readonly name = 'SettingsAndChanges1763942400002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table settings (
        key text primary key,
        value jsonb not null,
        version integer not null default 1,
        updated_at timestamptz not null default now()
      )`);
    await runner.query(`
      create table change_versions (
        topic text primary key,
        version bigint not null
      )`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
