import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ChatParameters, ConversationApiFormat, ConversationView, PageWindow } from '@ccs/dto';
import { storableJson, storableText } from '../database/storable.js';
import { NotFoundError, VersionConflictError } from '../errors/caller-errors.js';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import { searchExcerpt } from './search-excerpt.js';
import { searchLexemes, searchQuery } from './search-terms.js';

export interface NewConversation {
  readonly title: string;
  readonly model: string;
  readonly providerName: string | null;
  readonly apiFormat: ConversationApiFormat;
  readonly parameters: ChatParameters;
}

export type ConversationChanges = Partial<NewConversation & { readonly pinned: boolean }>;

interface ConversationRow {
  readonly id: number;
  readonly title: string;
  readonly provider_name: string | null;
  readonly api_format: ConversationApiFormat;
  readonly model: string;
  readonly last_model: string | null;
  readonly last_provider_name: string | null;
  readonly last_api_format: ConversationApiFormat | null;
  readonly parameters: ChatParameters;
  readonly pinned: boolean;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly deleted_at: Date | null;
}

interface FoundRow extends ConversationRow {
  readonly match_id?: number | null;
  readonly match_content?: string | null;
}

/** What a list or search of somebody's conversations found, and how many there are in all. */
export interface FoundConversations {
  readonly conversations: readonly ConversationView[];
  readonly total: number;
}

interface FindOptions {
  readonly evenDeleted?: boolean;
  readonly runner?: SqlRunner;
}

const COLUMNS = `
  c.id, c.title, c.provider_name, c.api_format, c.model, c.parameters, c.pinned, c.version, c.created_at,
  c.updated_at, c.deleted_at, last.model as last_model, last.provider_name as last_provider_name,
  last.api_format as last_api_format`;

const LAST_ANSWER = `
  left join lateral (
    select m.model, m.provider_name, m.api_format from conversation_messages m
     where m.conversation_id = c.id and m.role = 'assistant' order by m.id desc limit 1
  ) as last on true`;

/** More of a message is not looked through for where a search found it. */
const EXCERPT_FROM_CHARACTERS = 20_000;

/** Conversations in the database. Everything is asked with the owner: what is another's is not there. */
@Injectable()
export class ConversationRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Pinned ones first, then by when something last happened. */
  async list(
    userId: number,
    deleted: boolean,
    window: PageWindow,
    typed: string | undefined,
  ): Promise<FoundConversations> {
    const conditions = ['c.user_id = $1', `c.deleted_at is ${deleted ? 'not null' : 'null'}`];
    const values: unknown[] = [userId];
    if (typed !== undefined) {
      const query = searchQuery(typed, userId);
      if (query === null) return { conversations: [], total: 0 };
      values.push(query);
      conditions.push(`c.id in (
        select conversation_id from conversation_messages where search @@ $2::tsquery
        union select id from conversations where search @@ $2::tsquery)`);
    }
    const where = conditions.join(' and ');
    const [counted] = await this.dataSource.query<{ total: number }[]>(
      `select count(*)::integer as total from conversations c where ${where}`,
      values,
    );
    const rows = await this.dataSource.query<FoundRow[]>(
      `with page as (
         select c.* from conversations c where ${where}
          order by c.pinned desc, c.updated_at desc, c.id desc
          limit $${values.length + 1} offset $${values.length + 2})
       select ${COLUMNS} ${typed === undefined ? '' : ', found.match_id, found.match_content'}
         from page c ${LAST_ANSWER} ${typed === undefined ? '' : FOUND_MESSAGE}
        order by c.pinned desc, c.updated_at desc, c.id desc`,
      [...values, window.limit, window.offset],
    );
    return {
      conversations: rows.map((row) => (typed === undefined ? viewOf(row) : foundView(row, typed))),
      total: counted?.total ?? 0,
    };
  }

  /** @throws NotFoundError, also for one that was deleted unless `evenDeleted` */
  async find(
    userId: number,
    id: number,
    { evenDeleted = false, runner = this.dataSource }: FindOptions = {},
  ): Promise<ConversationView> {
    const rows = (await runner.query(
      `select ${COLUMNS} from conversations c ${LAST_ANSWER} where c.id = $1 and c.user_id = $2`,
      [id, userId],
    )) as readonly ConversationRow[];
    const [row] = rows;
    if (row === undefined || (row.deleted_at !== null && !evenDeleted))
      throw new NotFoundError('Conversation not found');
    return viewOf(row);
  }

  async insert(userId: number, conversation: NewConversation): Promise<ConversationView> {
    const { title, model, providerName, apiFormat, parameters } = conversation;
    const [row] = await this.dataSource.query<{ id: number }[]>(
      `insert into conversations (user_id, title, model, provider_name, api_format, parameters, search)
       values ($1, $2, $3, $4, $5, $6, array_to_tsvector($7::text[])) returning id`,
      [
        userId,
        storableText(title),
        model,
        providerName,
        apiFormat,
        storableJson(parameters),
        lexemesOf(title, userId),
      ],
    );
    return this.find(userId, row?.id ?? 0);
  }

  /** @throws NotFoundError, VersionConflictError */
  async update(
    userId: number,
    id: number,
    version: number | undefined,
    changes: ConversationChanges,
  ): Promise<ConversationView> {
    return this.dataSource.transaction(async (transaction) => {
      await lockConversation(transaction, userId, id);
      const present = await this.find(userId, id, { runner: transaction });
      if (version !== undefined && version !== present.version) throw new VersionConflictError(present);
      const changed = {
        title: changes.title ?? present.title,
        model: changes.model ?? present.model,
        providerName: changes.providerName === undefined ? present.provider_name : changes.providerName,
        apiFormat: changes.apiFormat ?? present.api_format,
        parameters: changes.parameters ?? present.parameters,
        pinned: changes.pinned ?? present.pinned,
      };
      await transaction.query(
        `update conversations set title = $2, model = $3, provider_name = $4, api_format = $5, parameters = $6,
                pinned = $7, search = array_to_tsvector($8::text[]), version = version + 1
          where id = $1`,
        [
          id,
          storableText(changed.title),
          changed.model,
          changed.providerName,
          changed.apiFormat,
          storableJson(changed.parameters),
          changed.pinned,
          lexemesOf(changed.title, userId),
        ],
      );
      return this.find(userId, id, { runner: transaction });
    });
  }

  /** Out of the lists; it can be restored. Deleting twice changes nothing. @throws NotFoundError */
  async delete(userId: number, id: number): Promise<void> {
    await this.find(userId, id, { evenDeleted: true });
    await this.dataSource.query(
      `update conversations set deleted_at = now(), version = version + 1
        where id = $1 and user_id = $2 and deleted_at is null`,
      [id, userId],
    );
  }

  /** @throws NotFoundError */
  async restore(userId: number, id: number): Promise<ConversationView> {
    await this.dataSource.query(
      `update conversations set deleted_at = null, version = version + 1
        where id = $1 and user_id = $2 and deleted_at is not null`,
      [id, userId],
    );
    return this.find(userId, id);
  }

  /** With all its messages, and for good. @throws NotFoundError */
  async purge(userId: number, id: number): Promise<void> {
    await this.find(userId, id, { evenDeleted: true });
    await this.dataSource.query('delete from conversations where id = $1 and user_id = $2', [id, userId]);
  }
}

/** The newest message a search found; of a conversation whose title alone was found there is none. */
const FOUND_MESSAGE = `
  left join lateral (
    select m.id as match_id, left(m.content, ${EXCERPT_FROM_CHARACTERS}) as match_content
      from conversation_messages m
     where m.conversation_id = c.id and m.search @@ $2::tsquery order by m.id desc limit 1
  ) as found on true`;

/**
 * Whoever adds to a conversation, changes or deletes it waits for the others who do.
 *
 * @throws NotFoundError
 */
export async function lockConversation(transaction: SqlRunner, userId: number, id: number): Promise<void> {
  const rows = (await transaction.query(
    'select id from conversations where id = $1 and user_id = $2 and deleted_at is null for update',
    [id, userId],
  )) as readonly unknown[];
  if (rows.length === 0) throw new NotFoundError('Conversation not found');
}

/** The title of a conversation without one is the beginning of its first question. */
export async function touchConversation(
  transaction: SqlRunner,
  userId: number,
  id: number,
  titleIfNone: string | null,
): Promise<void> {
  await transaction.query('update conversations set updated_at = now() where id = $1', [id]);
  if (titleIfNone === null) return;
  await transaction.query(
    `update conversations set title = $2, search = array_to_tsvector($3::text[]) where id = $1 and title = ''`,
    [id, titleIfNone, lexemesOf(titleIfNone, userId)],
  );
}

const lexemesOf = (title: string, userId: number): string[] => searchLexemes(title, userId);

function viewOf(row: ConversationRow): ConversationView {
  return {
    id: row.id,
    title: row.title,
    provider_name: row.provider_name,
    api_format: row.api_format,
    model: row.model,
    last_model: row.last_model,
    last_provider_name: row.last_provider_name,
    last_api_format: row.last_api_format,
    parameters: row.parameters,
    pinned: row.pinned,
    version: row.version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    deleted_at: row.deleted_at?.toISOString() ?? null,
  };
}

function foundView(row: FoundRow, typed: string): ConversationView {
  const { match_id: messageId, match_content: content } = row;
  const match =
    typeof messageId === 'number'
      ? { message_id: messageId, excerpt: searchExcerpt(content ?? '', typed) }
      : null;
  return { ...viewOf(row), match };
}
