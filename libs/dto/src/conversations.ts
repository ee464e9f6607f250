import { IsBoolean, IsIn, IsInt, IsString, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import {
  AreQuestionBlocks,
  IsChatParameters,
  type ChatParameters,
  type QuestionBlock,
} from './chat-parameters.js';
import { ClearableField, OptionalField } from './optional-field.js';
import { PagingQueryDto } from './paging.js';
import { LARGEST_ID, QueryBoolean, QueryInteger } from './query-values.js';

export const MAX_TITLE_CHARACTERS = 200;
const MAX_CONTENT_CHARACTERS = 1_000_000;
const API_FORMATS = ['openai', 'anthropic'] as const;
export type ConversationApiFormat = (typeof API_FORMATS)[number];

export class CreateConversationDto {
  /** Left out or empty: the beginning of the first question. */
  @OptionalField() @IsString() @MaxLength(MAX_TITLE_CHARACTERS) title?: string;
  @IsString() @Length(1, 300) model: string;
  @ClearableField() @IsString() @Length(1, 64) provider_name?: string | null;
  @OptionalField() @IsIn(API_FORMATS) api_format?: ConversationApiFormat;
  @OptionalField() @IsChatParameters() parameters?: ChatParameters;
}

export class UpdateConversationDto {
  /** The version the change is made to; an older one is refused. Left out: whatever is there. */
  @OptionalField() @IsInt() @Min(1) version?: number;
  @OptionalField() @IsString() @Matches(/\S/) @MaxLength(MAX_TITLE_CHARACTERS) title?: string;
  @OptionalField() @IsString() @Length(1, 300) model?: string;
  @ClearableField() @IsString() @Length(1, 64) provider_name?: string | null;
  @OptionalField() @IsIn(API_FORMATS) api_format?: ConversationApiFormat;
  /** Replaced as a whole. */
  @OptionalField() @IsChatParameters() parameters?: ChatParameters;
  @OptionalField() @IsBoolean() pinned?: boolean;
}

export class ConversationListQueryDto extends PagingQueryDto {
  /** Words, or parts of Chinese, Japanese, Korean and Thai text; all of them in one message or the title. */
  @OptionalField() @IsString() @MaxLength(200) q?: string;
  /** Those that can still be restored, instead of the others. */
  @OptionalField() @QueryBoolean() deleted?: string;
}

export class DeleteConversationQueryDto {
  /** At once, and for good. */
  @OptionalField() @QueryBoolean() permanent?: string;
}

export class ExportConversationQueryDto {
  @OptionalField() @IsIn(['md', 'json']) format?: 'md' | 'json';
}

export class MessageListQueryDto {
  @OptionalField() @QueryInteger(1, 1000) limit?: string;
  @OptionalField() @QueryInteger(0, 1_000_000) offset?: string;
}

export const MESSAGE_ROLES = ['user', 'assistant'] as const;
export type ConversationRole = (typeof MESSAGE_ROLES)[number];

export class CreateMessageDto {
  @IsIn(MESSAGE_ROLES) role: ConversationRole;
  @IsString() @Matches(/\S/) @MaxLength(MAX_CONTENT_CHARACTERS) content: string;
  /** Of a question with more than text: all of it, `content` is then what is shown and searched. */
  @OptionalField() @AreQuestionBlocks() blocks?: readonly QuestionBlock[];
  @ClearableField() @IsString() @MaxLength(300) model?: string | null;
  @ClearableField() @IsString() @MaxLength(MAX_CONTENT_CHARACTERS) thinking?: string | null;
  @ClearableField() @IsInt() @Min(0) @Max(LARGEST_ID) input_tokens?: number | null;
  @ClearableField() @IsInt() @Min(0) @Max(LARGEST_ID) output_tokens?: number | null;
  @ClearableField() @IsString() @MaxLength(64) provider_name?: string | null;
  @ClearableField() @IsIn(API_FORMATS) api_format?: ConversationApiFormat | null;
  /** A question's: the answer it follows, null for a first one. An answer's: its question. Left out: the newest. */
  @ClearableField() @IsInt() @Min(1) @Max(LARGEST_ID) parent_message_id?: number | null;
  @OptionalField() @IsInt() @Min(0) @Max(99) model_instance_index?: number;
}

export class UpdateMessageDto {
  @OptionalField() @IsInt() @Min(1) version?: number;
  @IsString() @Matches(/\S/) @MaxLength(MAX_CONTENT_CHARACTERS) content: string;
  /** Left out: the question is its text alone. */
  @OptionalField() @AreQuestionBlocks() blocks?: readonly QuestionBlock[];
}

export class BranchMessageDto {
  @IsString() @Matches(/\S/) @MaxLength(MAX_CONTENT_CHARACTERS) content: string;
  @OptionalField() @AreQuestionBlocks() blocks?: readonly QuestionBlock[];
}

/** Asks one model; several are asked by several requests with the same `message_id`. */
export class CompleteDto {
  /** The question; left out: the newest. */
  @OptionalField() @IsInt() @Min(1) @Max(LARGEST_ID) message_id?: number;
  /** Left out: the conversation's, with its provider. */
  @OptionalField() @IsString() @Length(1, 300) model?: string;
  @ClearableField() @IsString() @Length(1, 64) provider_name?: string | null;
  @ClearableField() @IsIn(API_FORMATS) api_format?: ConversationApiFormat | null;
  /** Others than the named provider may answer. */
  @OptionalField() @IsBoolean() allow_fallback?: boolean;
  /** Tells apart answers of one model that is asked more than once at a time. */
  @OptionalField() @IsInt() @Min(0) @Max(99) model_instance_index?: number;
  /** On top of the conversation's. */
  @OptionalField() @IsChatParameters() parameters?: ChatParameters;
}

export interface ConversationView {
  readonly id: number;
  /** Empty until the first question. */
  readonly title: string;
  readonly provider_name: string | null;
  readonly api_format: ConversationApiFormat;
  readonly model: string;
  /** Of the newest answer. */
  readonly last_model: string | null;
  readonly last_provider_name: string | null;
  readonly last_api_format: ConversationApiFormat | null;
  readonly parameters: ChatParameters;
  readonly pinned: boolean;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** When it was deleted; it goes for good 30 days later (RETENTION_DELETED_CONVERSATIONS_DAYS). */
  readonly deleted_at: string | null;
  /** In answers to `q`: where it was found; null: in the title. */
  readonly match?: { readonly message_id: number; readonly excerpt: string } | null;
}

export const ANSWER_STATES = ['running', 'complete', 'stopped', 'failed', 'interrupted'] as const;
/**
 * `stopped`: by its reader. `failed`: `error` says why. `interrupted`: the process that asked ended. All keep the
 * text that had come.
 */
export type AnswerState = (typeof ANSWER_STATES)[number];

export interface MessageView {
  readonly id: number;
  readonly role: ConversationRole;
  readonly content: string;
  readonly thinking: string | null;
  /** Content blocks where there is more than text. In lists the data of pictures and documents is left out. */
  readonly blocks: readonly object[] | null;
  /** As it was asked for; who answered is in `served_…`. */
  readonly model: string | null;
  readonly provider_name: string | null;
  readonly api_format: ConversationApiFormat | null;
  readonly served_model: string | null;
  readonly served_provider: string | null;
  readonly status: AnswerState;
  readonly error: { readonly type: string; readonly message: string } | null;
  readonly stop_reason: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  /** In the request log. */
  readonly request_id: string | null;
  readonly first_event_ms: number | null;
  readonly duration_ms: number | null;
  readonly parent_message_id: number | null;
  readonly model_instance_index: number;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface ConversationWithMessages extends ConversationView {
  /** All of them, oldest first: a tree by `parent_message_id`. */
  readonly messages: readonly MessageView[];
}
