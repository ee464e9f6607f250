import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Conversations of the chat page. Messages are a tree: a question hangs on the answer it follows, an answer on its
 * question; several answers to one question, and several questions after one answer, are all kept.
 *
 * The `search` columns hold lexemes that begin with the owner's id (conversations/search-terms.ts), so that the index
 * is only ever read where the owner's are. No index holds a column that changes while an answer is written: those
 * updates stay in the page.
 */
export class Conversations1764115200091 implements MigrationInterface {
  readonly name = 'Conversations1764115200091';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations run forward only');
  }
}

const STATEMENTS: readonly string[] = [
  `create table conversations (
    id integer generated always as identity primary key,
    user_id integer not null references users (id) on delete cascade,
    title text not null,
    provider_name text,
    api_format text not null check (api_format in ('openai', 'anthropic')),
    model text not null,
    parameters jsonb not null default '{}',
    pinned boolean not null default false,
    search tsvector not null default '',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
  )`,
  'create index conversations_of_user on conversations (user_id, pinned, updated_at, id) where deleted_at is null',
  'create index conversations_of_any_state on conversations (user_id)',
  'create index conversations_deleted on conversations (deleted_at) where deleted_at is not null',
  'create index conversations_search on conversations using gin (search)',
  `create table conversation_messages (
    id integer generated always as identity primary key,
    conversation_id integer not null references conversations (id) on delete cascade,
    parent_id integer references conversation_messages (id) on delete cascade,
    role text not null check (role in ('user', 'assistant')),
    content text not null,
    thinking text,
    blocks jsonb,
    model text,
    provider_name text,
    api_format text,
    served_model text,
    served_provider text,
    model_instance_index smallint not null default 0,
    status text not null default 'complete'
      check (status in ('running', 'complete', 'stopped', 'failed', 'interrupted')),
    error jsonb,
    stop_reason text,
    input_tokens bigint,
    output_tokens bigint,
    cache_read_tokens bigint,
    cache_write_tokens bigint,
    request_id uuid,
    first_event_ms integer,
    duration_ms integer,
    stop_requested boolean not null default false,
    alive_at timestamptz,
    search tsvector not null default '',
    version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  'create index conversation_messages_of on conversation_messages (conversation_id, id)',
  'create index conversation_messages_below on conversation_messages (parent_id)',
  `create index conversation_messages_running on conversation_messages (id) where status = 'running'`,
  'create index conversation_messages_search on conversation_messages using gin (search)',
];
