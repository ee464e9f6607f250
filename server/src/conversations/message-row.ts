import type { AnswerState, ConversationApiFormat, ConversationRole, MessageView } from '@ccs/dto';

/** The process that writes an answer says so every few seconds; silent for this long, it is taken for dead. */
const DEAD_AFTER_SECONDS = 10;

/** A message as it is read from the database. */
export interface MessageRow {
  readonly id: number;
  readonly parent_id: number | null;
  readonly role: ConversationRole;
  readonly content: string;
  readonly thinking: string | null;
  readonly blocks: readonly StoredBlock[] | null;
  readonly model: string | null;
  readonly provider_name: string | null;
  readonly api_format: ConversationApiFormat | null;
  readonly served_model: string | null;
  readonly served_provider: string | null;
  readonly model_instance_index: number;
  readonly status: AnswerState;
  readonly error: { readonly type: string; readonly message: string } | null;
  readonly stop_reason: string | null;
  readonly input_tokens: string | null;
  readonly output_tokens: string | null;
  readonly cache_read_tokens: string | null;
  readonly cache_write_tokens: string | null;
  readonly request_id: string | null;
  readonly first_event_ms: number | null;
  readonly duration_ms: number | null;
  readonly version: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A content block of the Messages API, of a question or an answer. */
export interface StoredBlock {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly [field: string]: unknown;
}

/** Of `conversation_messages m`. A running answer whose process is dead reads as interrupted. */
export const MESSAGE_COLUMNS = `
  m.id, m.parent_id, m.role, m.content, m.thinking, m.blocks, m.model, m.provider_name, m.api_format,
  m.served_model, m.served_provider, m.model_instance_index, m.error, m.stop_reason, m.input_tokens,
  m.output_tokens, m.cache_read_tokens, m.cache_write_tokens, m.request_id, m.first_event_ms, m.duration_ms,
  m.version, m.created_at, m.updated_at,
  case when m.status = 'running' and m.alive_at < now() - interval '${DEAD_AFTER_SECONDS} seconds'
       then 'interrupted' else m.status end as status`;

/** Running answers whose process is dead. */
export const IS_ABANDONED = `status = 'running' and alive_at < now() - interval '${DEAD_AFTER_SECONDS} seconds'`;

export function messageView(row: MessageRow): MessageView {
  const { parent_id: parentId, ...fields } = row;
  return {
    ...fields,
    input_tokens: numberOrNull(row.input_tokens),
    output_tokens: numberOrNull(row.output_tokens),
    cache_read_tokens: numberOrNull(row.cache_read_tokens),
    cache_write_tokens: numberOrNull(row.cache_write_tokens),
    parent_message_id: parentId,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** For lists: of pictures and documents only how large they are. */
export function withoutData(view: MessageView): MessageView {
  if (view.blocks === null) return view;
  return { ...view, blocks: view.blocks.map(withoutDataOfBlock) };
}

function withoutDataOfBlock(block: object): object {
  if (!('source' in block) || typeof block.source !== 'object' || block.source === null) return block;
  const { data, ...source } = block.source as Readonly<Record<string, unknown>>;
  if (typeof data !== 'string') return block;
  return { ...block, source: { ...source, size_bytes: Math.floor((data.length * 3) / 4) } };
}

/** A bigint of PostgreSQL; tokens stay far below 2^53. */
const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));
