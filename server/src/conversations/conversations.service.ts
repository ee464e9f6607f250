import { Injectable } from '@nestjs/common';
import type {
  ConversationListQueryDto,
  ConversationView,
  ConversationWithMessages,
  CreateConversationDto,
  CreateMessageDto,
  MessageListQueryDto,
  MessageView,
  UpdateConversationDto,
  UpdateMessageDto,
} from '@ccs/dto';
import { pageWindow } from '@ccs/dto';
import { Answers } from './answers.js';
import { ConversationRepository } from './conversation.repository.js';
import { withoutData } from './message-row.js';
import { MessageRepository } from './message.repository.js';

/** The original's; a script that asks for everything gets this much. */
const DEFAULT_LIST_LIMIT = 50;
const DEFAULT_MESSAGE_LIMIT = 1_000;

/** A list with how many there are in all. */
export interface Counted<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** What people do with their conversations; those of others are not there. */
@Injectable()
export class ConversationsService {
  constructor(
    private readonly conversations: ConversationRepository,
    private readonly messages: MessageRepository,
    private readonly answers: Answers,
  ) {}

  async list(userId: number, query: ConversationListQueryDto): Promise<Counted<ConversationView>> {
    const window = pageWindow({ ...query, limit: query.limit ?? String(DEFAULT_LIST_LIMIT) });
    const found = await this.conversations.list(userId, query.deleted === 'true', window, query.q);
    return { items: found.conversations, total: found.total };
  }

  create(userId: number, dto: CreateConversationDto): Promise<ConversationView> {
    return this.conversations.insert(userId, {
      title: dto.title?.trim() ?? '',
      model: dto.model,
      providerName: dto.provider_name ?? null,
      apiFormat: dto.api_format ?? 'openai',
      parameters: dto.parameters ?? {},
    });
  }

  async get(userId: number, id: number): Promise<ConversationWithMessages> {
    const conversation = await this.conversations.find(userId, id);
    return { ...conversation, messages: (await this.messages.list(id, null)).map(withoutData) };
  }

  /** With everything in it. */
  async whole(userId: number, id: number): Promise<ConversationWithMessages> {
    const conversation = await this.conversations.find(userId, id);
    return { ...conversation, messages: await this.messages.list(id, null) };
  }

  update(userId: number, id: number, dto: UpdateConversationDto): Promise<ConversationView> {
    return this.conversations.update(userId, id, dto.version, {
      title: dto.title?.trim(),
      model: dto.model,
      providerName: dto.provider_name,
      apiFormat: dto.api_format,
      parameters: dto.parameters,
      pinned: dto.pinned,
    });
  }

  /** What is being written ends; for good, it is gone at once. */
  async delete(userId: number, id: number, permanently: boolean): Promise<void> {
    if (permanently) await this.conversations.purge(userId, id);
    else await this.conversations.delete(userId, id);
  }

  restore(userId: number, id: number): Promise<ConversationView> {
    return this.conversations.restore(userId, id);
  }

  async listMessages(userId: number, id: number, query: MessageListQueryDto): Promise<Counted<MessageView>> {
    await this.conversations.find(userId, id);
    const limit = Number(query.limit ?? DEFAULT_MESSAGE_LIMIT);
    const [messages, total] = await Promise.all([
      this.messages.list(id, limit, Number(query.offset ?? 0)),
      this.messages.count(id),
    ]);
    return { items: messages.map(withoutData), total };
  }

  getMessage(userId: number, id: number, messageId: number): Promise<MessageView> {
    return this.messages.find(userId, id, messageId);
  }

  addMessage(userId: number, id: number, dto: CreateMessageDto): Promise<MessageView> {
    return this.messages.insert(userId, id, {
      role: dto.role,
      content: dto.content,
      blocks: dto.blocks ?? null,
      thinking: dto.thinking ?? null,
      model: dto.model ?? null,
      providerName: dto.provider_name ?? null,
      apiFormat: dto.api_format ?? null,
      modelInstanceIndex: dto.model_instance_index ?? 0,
      inputTokens: dto.input_tokens ?? null,
      outputTokens: dto.output_tokens ?? null,
      parentId: dto.parent_message_id,
    });
  }

  updateMessage(userId: number, id: number, messageId: number, dto: UpdateMessageDto): Promise<MessageView> {
    const { version, content, blocks = null } = dto;
    return this.messages.update(userId, id, messageId, version, { content, blocks });
  }

  branch(userId: number, id: number, messageId: number, dto: UpdateMessageDto): Promise<MessageView> {
    const { content, blocks = null } = dto;
    return this.messages.branch(userId, id, messageId, { content, blocks });
  }

  /** An answer that is being written, here or elsewhere, ends when its writer next looks. */
  async deleteMessage(userId: number, id: number, messageId: number): Promise<void> {
    await this.messages.delete(userId, id, messageId);
    this.answers.running(messageId)?.cut('deleted');
  }

  /** The answer as it is afterwards. */
  async stop(userId: number, id: number, messageId: number): Promise<MessageView> {
    await this.messages.find(userId, id, messageId);
    await this.answers.stop(messageId);
    return this.messages.find(userId, id, messageId);
  }
}
