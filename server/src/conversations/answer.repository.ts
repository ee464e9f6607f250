import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AnswerState } from '@ccs/dto';
import { storableJson, storableText } from '../database/storable.js';
import type { StoredBlock } from './message-row.js';
import { IS_ABANDONED } from './message-row.js';
import { searchLexemes } from './search-terms.js';

/** What has come of an answer. */
export interface AnswerSoFar {
  readonly blocks: readonly StoredBlock[];
  readonly servedModel: string | null;
  readonly servedProvider: string | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly stopReason: string | null;
  readonly firstEventMs: number | null;
}

export interface AnswerEnding {
  readonly status: Exclude<AnswerState, 'running'>;
  readonly error: { readonly type: string; readonly message: string } | null;
  readonly durationMs: number;
}

/** What others want of whoever writes an answer; `gone`: the answer has been deleted. */
export type AnswerWish = 'go_on' | 'stop' | 'gone';

const MAX_ABANDONED_AT_ONCE = 200;

/** Writes answers as they come. One process writes one answer: that which began it. */
@Injectable()
export class AnswerRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Says that the answer is being written on, and stores what has come; null: nothing new. */
  async checkpoint(id: number, soFar: AnswerSoFar | null): Promise<AnswerWish> {
    const set = soFar === null ? '' : `, ${SO_FAR}`;
    const [rows] = await this.dataSource.query<[{ stop_requested: boolean }[], number]>(
      `update conversation_messages set alive_at = now()${set} where id = $1 returning stop_requested`,
      soFar === null ? [id] : [id, ...valuesOf(soFar)],
    );
    const [row] = rows;
    if (row === undefined) return 'gone';
    return row.stop_requested ? 'stop' : 'go_on';
  }

  /** The last word on an answer, also on one that was taken for interrupted meanwhile. */
  async finish(id: number, ownerId: number, soFar: AnswerSoFar, ending: AnswerEnding): Promise<void> {
    const values = valuesOf(soFar);
    const next = values.length + 2;
    await this.dataSource.query(
      `update conversation_messages set ${SO_FAR}, status = $${next}, error = $${next + 1},
              duration_ms = $${next + 2}, search = array_to_tsvector($${next + 3}::text[]),
              version = version + 1, updated_at = now() where id = $1`,
      [
        id,
        ...values,
        ending.status,
        ending.error === null ? null : storableJson(ending.error),
        ending.durationMs,
        searchLexemes(textOf(soFar.blocks), ownerId),
      ],
    );
  }

  /** For whoever writes it, wherever that is. False: nobody writes it any more. */
  async requestStop(id: number): Promise<boolean> {
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      `update conversation_messages set stop_requested = true
        where id = $1 and status = 'running' and not (${IS_ABANDONED}) returning id`,
      [id],
    );
    return rows.length > 0;
  }

  /** Answers of processes that died: what had come of them stays. Returns how many there were. */
  async endAbandoned(): Promise<number> {
    const rows = await this.dataSource.query<{ id: number; content: string; user_id: number }[]>(
      `select m.id, m.content, c.user_id from conversation_messages m
         join conversations c on c.id = m.conversation_id
        where m.id in (select id from conversation_messages where ${IS_ABANDONED} order by id limit $1)`,
      [MAX_ABANDONED_AT_ONCE],
    );
    for (const row of rows) {
      await this.dataSource.query(
        `update conversation_messages set status = 'interrupted', search = array_to_tsvector($2::text[]),
                version = version + 1, updated_at = now() where id = $1 and ${IS_ABANDONED}`,
        [row.id, searchLexemes(row.content, row.user_id)],
      );
    }
    return rows.length;
  }
}

const SO_FAR = `
  content = $2, thinking = $3, blocks = $4, served_model = $5, served_provider = $6, input_tokens = $7,
  output_tokens = $8, cache_read_tokens = $9, cache_write_tokens = $10, stop_reason = $11, first_event_ms = $12`;

function valuesOf(soFar: AnswerSoFar): unknown[] {
  const { blocks } = soFar;
  return [
    textOf(blocks),
    joined(blocks, 'thinking'),
    // Plain text is in `content` already.
    blocks.every(({ type }) => type === 'text') && blocks.length <= 1 ? null : storableJson(blocks),
    soFar.servedModel,
    soFar.servedProvider,
    soFar.inputTokens,
    soFar.outputTokens,
    soFar.cacheReadTokens,
    soFar.cacheWriteTokens,
    soFar.stopReason,
    soFar.firstEventMs,
  ];
}

const textOf = (blocks: readonly StoredBlock[]): string => joined(blocks, 'text') ?? '';

/** Null: there is no such block. */
function joined(blocks: readonly StoredBlock[], kind: 'text' | 'thinking'): string | null {
  const texts = blocks.filter(({ type }) => type === kind).map((block) => block[kind] ?? '');
  return texts.length === 0 ? null : storableText(texts.join('\n\n'));
}
