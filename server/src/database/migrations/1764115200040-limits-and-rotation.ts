import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LimitsAndRotation1764115200040 implements MigrationInterface {
  readonly name = 'LimitsAndRotation1764115200040';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['users', 'api_keys']) {
      await runner.query(`
        alter table ${table}
          add column allowed_models text[],
          add column allowed_providers text[],
          add column ip_allowlist text[],
          add column rpm integer check (rpm > 0),
          add column tpm integer check (tpm > 0),
          add column max_concurrency integer check (max_concurrency > 0),
          add column budget_day_nano_usd bigint check (budget_day_nano_usd >= 0),
          add column budget_month_nano_usd bigint check (budget_month_nano_usd >= 0)`);
    }
    // A rotated key's former secrets: each opens the key until its time is up, and stays known after that.
    await runner.query(`
      create table retired_api_key_secrets (
        digest bytea primary key check (octet_length(digest) = 32),
        api_key_id integer not null references api_keys (id) on delete cascade,
        valid_until timestamptz not null
      )`);
    await runner.query(`create index retired_api_key_secrets_of_key on retired_api_key_secrets (api_key_id)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
