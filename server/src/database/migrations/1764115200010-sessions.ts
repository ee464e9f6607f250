import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sessions1764115200010 implements MigrationInterface {
  readonly name = 'Sessions1764115200010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sessions (
        id integer generated always as identity primary key,
        user_id integer not null references users (id) on delete cascade,
        credentials_version integer not null,
        family_digest bytea not null unique check (octet_length(family_digest) = 32),
        token_digest bytea not null check (octet_length(token_digest) = 32),
        previous_digest bytea check (octet_length(previous_digest) = 32),
        idle_seconds integer not null check (idle_seconds > 0),
        address text,
        user_agent text,
        created_at timestamptz not null default now(),
        rotated_at timestamptz not null default now(),
        expires_at timestamptz not null
      )`);
    await runner.query(`create index sessions_of_user on sessions (user_id)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
