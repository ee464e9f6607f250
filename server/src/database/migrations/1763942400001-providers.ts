import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Providers1763942400001 implements MigrationInterface {
  readonly name = 'Providers1763942400001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table providers (
        id integer generated always as identity primary key,
        name text not null check (length(name) between 1 and 64 and position('/' in name) = 0),
        api_format text not null check (api_format in ('openai', 'anthropic')),
        enabled boolean not null default true,
        priority integer not null default 1,
        position integer not null default 0,
        base_url text not null,
        api_key text,
        custom_headers jsonb not null default '{}',
        reference_fields text[] not null default '{}',
        settings jsonb not null default '{}',
        from_file boolean not null default false,
        version integer not null default 1,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        unique (name, api_format)
      )`);
    await runner.query(`
      create table provider_models (
        provider_id integer not null references providers (id) on delete cascade,
        tier text not null,
        position integer not null,
        model text not null,
        primary key (provider_id, tier, position)
      )`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
