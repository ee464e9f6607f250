import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people have chosen for the portal. A row is there from their first choice on. */
export class Preferences1764115200090 implements MigrationInterface {
  readonly name = 'Preferences1764115200090';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table preferences (
        user_id integer primary key references users (id) on delete cascade,
        language text,
        theme text not null default 'system',
        accent text not null default 'blue',
        time_zone text,
        portal jsonb not null default '{}',
        version integer not null default 1,
        updated_at timestamptz not null default now()
      )`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
