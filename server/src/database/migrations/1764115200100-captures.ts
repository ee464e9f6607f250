import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Bodies of calls, captured while a rule asks for it: sealed, and bound to their row. */
export class Captures1764115200100 implements MigrationInterface {
  readonly name = 'Captures1764115200100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table capture_rules (
        id integer generated always as identity primary key,
        subject text not null check (subject in ('key', 'user')),
        subject_id integer not null,
        until timestamptz not null,
        created_by integer references users (id) on delete set null,
        created_at timestamptz not null default now(),
        unique (subject, subject_id)
      )`);
    await runner.query(`
      create table captures (
        request_id uuid primary key,
        user_id integer not null references users (id) on delete cascade,
        key_id integer,
        captured_at timestamptz not null default now(),
        bodies text not null
      )`);
    await runner.query('create index captures_by_time on captures (captured_at)');
    await runner.query('create index captures_of_user on captures (user_id)');
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
