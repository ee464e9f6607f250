import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ConversationApiFormat, ConversationRole, MessageView } from '@ccs/dto';
import { storableJson, storableText } from '../database/storable.js';
import { NotFoundError, ValidationFailedError, VersionConflictError } from '../errors/caller-errors.js';
import type { SqlRunner } from '../shared-state/sql-runner.js';
import { lockConversation, touchConversation } from './conversation.repository.js';
import { MESSAGE_COLUMNS, messageView, type MessageRow, type StoredBlock } from './message-row.js';
import { searchLexemes } from './search-terms.js';

export interface NewMessage {
  readonly role: ConversationRole;
  readonly content: string;
  readonly blocks: readonly StoredBlock[] | null;
  readonly thinking: string | null;
  readonly model: string | null;
  readonly providerName: string | null;
  readonly apiFormat: ConversationApiFormat | null;
  readonly modelInstanceIndex: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** Null: a first question; undefined: what is the newest. */
  readonly parentId: number | null | undefined;
}

export interface NewAnswer {
  readonly questionId: number;
  readonly model: string;
  readonly providerName: string | null;
  readonly apiFormat: ConversationApiFormat | null;
  readonly modelInstanceIndex: number;
  /** A UUID. */
  readonly requestId: string;
}

const TITLE_CHARACTERS = 50;

/** Messages in the database. Everything is asked with the owner of the conversation. */
@Injectable()
export class MessageRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Oldest first. The conversation is known to be the caller's. */
  async list(conversationId: number, limit: number | null, offset = 0): Promise<readonly MessageView[]> {
    const rows = await this.dataSource.query<MessageRow[]>(
      `select ${MESSAGE_COLUMNS} from conversation_messages m where m.conversation_id = $1
        order by m.id limit $2 offset $3`,
      [conversationId, limit, offset],
    );
    return rows.map(messageView);
  }

  async count(conversationId: number): Promise<number> {
    const [row] = await this.dataSource.query<{ total: number }[]>(
      'select count(*)::integer as total from conversation_messages where conversation_id = $1',
      [conversationId],
    );
    return row?.total ?? 0;
  }

  /** @throws NotFoundError */
  async find(
    userId: number,
    conversationId: number,
    id: number,
    runner: SqlRunner = this.dataSource,
  ): Promise<MessageView> {
    const [row] = (await runner.query(
      `select ${MESSAGE_COLUMNS} from conversation_messages m join conversations c on c.id = m.conversation_id
        where m.id = $1 and c.id = $2 and c.user_id = $3 and c.deleted_at is null`,
      [id, conversationId, userId],
    )) as readonly MessageRow[];
    if (row === undefined) throw new NotFoundError('Message not found');
    return messageView(row);
  }

  /** From the first question down to this message. */
  async pathTo(conversationId: number, id: number): Promise<readonly MessageView[]> {
    const rows = await this.dataSource.query<MessageRow[]>(
      `with recursive path as (
         select id, parent_id from conversation_messages where id = $1 and conversation_id = $2
         union all
         select above.id, above.parent_id from conversation_messages above join path on above.id = path.parent_id)
       select ${MESSAGE_COLUMNS} from conversation_messages m join path using (id) order by m.id`,
      [id, conversationId],
    );
    return rows.map(messageView);
  }

  /** The id of the newest question; null: nothing has been asked yet. */
  async newestQuestion(conversationId: number): Promise<number | null> {
    return newest(this.dataSource, conversationId, 'user');
  }

  /** @throws NotFoundError, ValidationFailedError for a parent it cannot hang on */
  async insert(userId: number, conversationId: number, message: NewMessage): Promise<MessageView> {
    return this.dataSource.transaction(async (transaction) => {
      await lockConversation(transaction, userId, conversationId);
      const parentId = await placeOf(transaction, conversationId, message);
      const id = await insertMessage(transaction, userId, conversationId, { ...message, parentId });
      return this.find(userId, conversationId, id, transaction);
    });
  }

  /** Another version of a question, beside it. @throws NotFoundError, ValidationFailedError for an answer */
  async branch(
    userId: number,
    conversationId: number,
    id: number,
    question: Pick<NewMessage, 'content' | 'blocks'>,
  ): Promise<MessageView> {
    return this.dataSource.transaction(async (transaction) => {
      await lockConversation(transaction, userId, conversationId);
      const original = await this.find(userId, conversationId, id, transaction);
      if (original.role !== 'user') throw notAQuestion('/content');
      const branched = await insertMessage(transaction, userId, conversationId, {
        ...EMPTY_QUESTION,
        ...question,
        parentId: original.parent_message_id,
      });
      return this.find(userId, conversationId, branched, transaction);
    });
  }

  /** @throws NotFoundError, VersionConflictError, ValidationFailedError for an answer: what was said was said */
  async update(
    userId: number,
    conversationId: number,
    id: number,
    version: number | undefined,
    { content, blocks }: Pick<NewMessage, 'content' | 'blocks'>,
  ): Promise<MessageView> {
    return this.dataSource.transaction(async (transaction) => {
      await lockConversation(transaction, userId, conversationId);
      const present = await this.find(userId, conversationId, id, transaction);
      if (present.role !== 'user') throw notAQuestion('/content');
      if (version !== undefined && version !== present.version) throw new VersionConflictError(present);
      await transaction.query(
        `update conversation_messages set content = $2, blocks = $3, search = array_to_tsvector($4::text[]),
                version = version + 1, updated_at = now() where id = $1`,
        [id, storableText(content), jsonOrNull(blocks), searchLexemes(content, userId)],
      );
      return this.find(userId, conversationId, id, transaction);
    });
  }

  /** With everything that follows from it. @throws NotFoundError */
  async delete(userId: number, conversationId: number, id: number): Promise<void> {
    await this.find(userId, conversationId, id);
    await this.dataSource.query('delete from conversation_messages where id = $1 and conversation_id = $2', [
      id,
      conversationId,
    ]);
  }

  /** An answer that begins to be written. @throws NotFoundError, ValidationFailedError for what is no question */
  async beginAnswer(userId: number, conversationId: number, answer: NewAnswer): Promise<MessageView> {
    return this.dataSource.transaction(async (transaction) => {
      await lockConversation(transaction, userId, conversationId);
      const question = await this.find(userId, conversationId, answer.questionId, transaction);
      if (question.role !== 'user') throw notAQuestion('/message_id');
      const [row] = await transaction.query<{ id: number }[]>(
        `insert into conversation_messages (conversation_id, parent_id, role, content, model, provider_name,
           api_format, model_instance_index, request_id, status, alive_at)
         values ($1, $2, 'assistant', '', $3, $4, $5, $6, $7, 'running', now()) returning id`,
        [
          conversationId,
          answer.questionId,
          answer.model,
          answer.providerName,
          answer.apiFormat,
          answer.modelInstanceIndex,
          answer.requestId,
        ],
      );
      await touchConversation(transaction, userId, conversationId, null);
      return this.find(userId, conversationId, row?.id ?? 0, transaction);
    });
  }
}

const EMPTY_QUESTION = {
  role: 'user',
  thinking: null,
  model: null,
  providerName: null,
  apiFormat: null,
  modelInstanceIndex: 0,
  inputTokens: null,
  outputTokens: null,
} as const;

async function insertMessage(
  transaction: SqlRunner,
  userId: number,
  conversationId: number,
  message: NewMessage & { readonly parentId: number | null },
): Promise<number> {
  const { role, content } = message;
  const [row] = (await transaction.query(
    `insert into conversation_messages (conversation_id, parent_id, role, content, blocks, thinking, model,
       provider_name, api_format, model_instance_index, input_tokens, output_tokens, search)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, array_to_tsvector($13::text[])) returning id`,
    [
      conversationId,
      message.parentId,
      role,
      storableText(content),
      jsonOrNull(message.blocks),
      message.thinking === null ? null : storableText(message.thinking),
      message.model,
      message.providerName,
      message.apiFormat,
      message.modelInstanceIndex,
      message.inputTokens,
      message.outputTokens,
      searchLexemes(content, userId),
    ],
  )) as readonly { id: number }[];
  await touchConversation(transaction, userId, conversationId, role === 'user' ? titleOf(content) : null);
  return row?.id ?? 0;
}

/** What a new message hangs on: a question on an answer or on nothing, an answer on a question. */
async function placeOf(
  transaction: SqlRunner,
  conversationId: number,
  { role, parentId }: NewMessage,
): Promise<number | null> {
  const above = role === 'user' ? 'assistant' : 'user';
  if (parentId === undefined) return newest(transaction, conversationId, above);
  if (parentId === null) return null;
  const [row] = (await transaction.query(
    'select role from conversation_messages where id = $1 and conversation_id = $2',
    [parentId, conversationId],
  )) as readonly { role: ConversationRole }[];
  if (row?.role === above) return parentId;
  throw new ValidationFailedError([
    {
      pointer: '/parent_message_id',
      code: 'wrong_parent',
      detail: `must be ${role === 'user' ? 'an answer' : 'a question'} of this conversation`,
    },
  ]);
}

async function newest(
  runner: SqlRunner,
  conversationId: number,
  role: ConversationRole,
): Promise<number | null> {
  const [row] = (await runner.query(
    'select id from conversation_messages where conversation_id = $1 and role = $2 order by id desc limit 1',
    [conversationId, role],
  )) as readonly { id: number }[];
  return row?.id ?? null;
}

function notAQuestion(pointer: string): ValidationFailedError {
  return new ValidationFailedError([
    { pointer, code: 'not_a_question', detail: 'the message must be a question' },
  ]);
}

function titleOf(question: string): string {
  const line = storableText(question).replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return characters.length <= TITLE_CHARACTERS ? line : `${characters.slice(0, TITLE_CHARACTERS).join('')}…`;
}

const jsonOrNull = (value: object | null): string | null => (value === null ? null : storableJson(value));
