import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UsersAndApiKeys1763942400000 implements MigrationInterface {
  readonly name = 'UsersAndApiKeys1763942400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table users (
        id integer generated always as identity primary key,
        email text not null unique check (email = lower(email)),
        name text,
        password_hash text,
        must_change_password boolean not null default false,
        is_admin boolean not null default false,
        is_active boolean not null default true,
        permissions text[] not null default '{}',
        credentials_version integer not null default 1,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        last_login_at timestamptz
      )`);
    await runner.query(`
      create table api_keys (
        id integer generated always as identity primary key,
        user_id integer references users (id) on delete set null,
        name text not null,
        email text,
        digest bytea not null unique check (octet_length(digest) = 32),
        key_prefix text not null,
        last_four text not null,
        is_active boolean not null default true,
        expires_at timestamptz,
        last_used_at timestamptz,
        deleted_at timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now()
      )`);
    await runner.query(`create index api_keys_of_user on api_keys (user_id, id) where deleted_at is null`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
