import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LinkedAccounts1764115200030 implements MigrationInterface {
  readonly name = 'LinkedAccounts1764115200030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table linked_accounts (
        id integer generated always as identity primary key,
        user_id integer not null references users (id) on delete cascade,
        provider text not null,
        issuer text not null,
        subject text not null,
        label text,
        created_at timestamptz not null default now(),
        last_used_at timestamptz,
        constraint linked_accounts_identity unique (issuer, subject)
      )`);
    await runner.query(`create index linked_accounts_of_user on linked_accounts (user_id, id)`);
    await runner.query(`
      create table used_oauth_states (
        digest bytea primary key check (octet_length(digest) = 32),
        forgotten_at timestamptz not null
      )`);
    await runner.query(`create index used_oauth_states_forgotten on used_oauth_states (forgotten_at)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
