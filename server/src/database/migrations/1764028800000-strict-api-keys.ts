import type { MigrationInterface, QueryRunner } from 'typeorm';

export class StrictApiKeys1764028800000 implements MigrationInterface {
  readonly name = 'StrictApiKeys1764028800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table api_keys add column strict boolean not null default false`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
