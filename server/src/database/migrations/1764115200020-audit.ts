import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Numbered without a gap and chained by hash: what is changed or taken out in the middle shows. */
export class Audit1764115200020 implements MigrationInterface {
  readonly name = 'Audit1764115200020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_events (
        id bigint primary key,
        at timestamptz(3) not null,
        action text not null,
        outcome text not null check (outcome in ('success', 'failure')),
        actor_id integer,
        actor_email text,
        address text,
        target_kind text,
        target_id text,
        target_name text,
        before jsonb,
        after jsonb,
        hash bytea not null check (octet_length(hash) = 32)
      )`);
    await runner.query('create index audit_events_by_time on audit_events (at, id)');
    await runner.query('create index audit_events_of_actor on audit_events (actor_id, id)');
    await runner.query('create index audit_events_of_target on audit_events (target_kind, target_id, id)');
    await runner.query(`
      create function refuse_audit_change() returns trigger language plpgsql as $$
      begin
        raise exception 'audit_events is append-only';
      end $$`);
    await runner.query(`
      create trigger audit_events_append_only before update or delete or truncate on audit_events
      for each statement execute function refuse_audit_change()`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}
