import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SignInFailures1764115200011 implements MigrationInterface {
  readonly name = 'SignInFailures1764115200011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table sign_in_failures (
        key bytea primary key,
        free integer not null,
        failures integer not null,
        blocked_until timestamptz not null,
        forgotten_at timestamptz not null
      )`);
    await runner.query(`create index sign_in_failures_forgotten on sign_in_failures (forgotten_at)`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
