import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import type { CompleteDto, ConversationView, MessageView } from '@ccs/dto';
import type { Principal } from '../auth/principal.js';
import { validateMessagesRequest } from '../converters/anthropic-openai/validate-request.js';
import { PermissionDeniedError, ValidationFailedError } from '../errors/caller-errors.js';
import { DrainingError } from '../errors/gateway-state-errors.js';
import { StreamRegistry } from '../http/stream-registry.js';
import { mayCallFrom } from '../limits/call-scope.js';
import { OwnCalls } from '../messages/own-calls.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { AnswerRepository } from './answer.repository.js';
import { ConversationRepository } from './conversation.repository.js';
import { MessageRepository } from './message.repository.js';
import { questionRequest } from './question-request.js';
import { RunningAnswer } from './running-answer.js';

const CLIENT = 'cc-switch-chat';
const LAST_WORDS_MS = 1_000;

/** Answers that models are writing into conversations, whether somebody reads along or not. */
@Injectable()
export class Answers implements OnApplicationShutdown {
  readonly #running = new Map<number, RunningAnswer>();

  constructor(
    private readonly conversations: ConversationRepository,
    private readonly messages: MessageRepository,
    private readonly repository: AnswerRepository,
    private readonly calls: OwnCalls,
    private readonly streams: StreamRegistry,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Asks a model, and returns the answer that begins; it goes on by itself.
   *
   * @param address the asker's
   * @throws NotFoundError, PermissionDeniedError, InvalidRequestError, ValidationFailedError without a question
   */
  async begin(
    principal: Principal,
    address: string,
    conversationId: number,
    dto: CompleteDto,
  ): Promise<MessageView> {
    if (this.streams.draining) throw new DrainingError();
    checkMayCall(principal, address);
    const { userId } = principal;
    const conversation = await this.conversations.find(userId, conversationId);
    const questionId = dto.message_id ?? (await this.messages.newestQuestion(conversationId));
    if (questionId === null) throw nothingAsked();
    const target = targetOf(conversation, dto);
    const path = await this.messages.pathTo(conversationId, questionId);
    const parameters = { ...conversation.parameters, ...dto.parameters };
    const request = validateMessagesRequest(questionRequest(path, target.model, parameters));
    const requestId = randomUUIDv7();
    const answer = await this.messages.beginAnswer(userId, conversationId, {
      ...target,
      questionId,
      modelInstanceIndex: dto.model_instance_index ?? 0,
      requestId,
    });
    const running = new RunningAnswer(
      { messageId: answer.id, ownerId: userId, requestId, model: target.model },
      this.repository,
      this.logger,
    );
    this.#keep(running);
    const headers = headersOf(conversationId, target, dto.allow_fallback === true);
    void running.run((kept, signal) =>
      this.calls.answer({ id: kept.requestId, principal, request, headers, answer: kept, signal }),
    );
    return answer;
  }

  /** The answer, if it is written in this process. */
  running(messageId: number): RunningAnswer | undefined {
    return this.#running.get(messageId);
  }

  /** What has come stays. Nothing happens where the answer is over. */
  async stop(messageId: number): Promise<void> {
    const running = this.#running.get(messageId);
    if (running === undefined) {
      await this.repository.requestStop(messageId);
      return;
    }
    running.cut('stopped');
    await running.stored;
  }

  /** What SHUTDOWN_TIMEOUT did not leave time for. */
  async onApplicationShutdown(): Promise<void> {
    const left = [...this.#running.values()];
    if (left.length === 0) return;
    for (const running of left) running.cut('interrupted');
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, LAST_WORDS_MS);
    await Promise.race([Promise.all(left.map(({ stored }) => stored)), deadline.promise]);
    clearTimeout(timer);
  }

  #keep(running: RunningAnswer): void {
    const { messageId } = running.identity;
    this.#running.set(messageId, running);
    this.streams.add(running);
    running.once('close', () => this.#running.delete(messageId));
  }
}

interface AskedTarget {
  readonly model: string;
  readonly providerName: string | null;
  readonly apiFormat: ConversationView['api_format'] | null;
}

/** A model that is named comes with its own provider, or none; else it is the conversation's. */
function targetOf(conversation: ConversationView, dto: CompleteDto): AskedTarget {
  if (dto.model === undefined) {
    const providerName = conversation.provider_name;
    const { model, api_format: apiFormat } = conversation;
    return { model, providerName, apiFormat: providerName === null ? null : apiFormat };
  }
  return { model: dto.model, providerName: dto.provider_name ?? null, apiFormat: dto.api_format ?? null };
}

function headersOf(
  conversationId: number,
  { providerName, apiFormat }: AskedTarget,
  allowFallback: boolean,
): Readonly<Record<string, string>> {
  return {
    'user-agent': CLIENT,
    // Answers of a conversation stay with the target that knows its prompt.
    'x-claude-code-session-id': `conversation-${conversationId}`,
    ...(providerName === null ? {} : { 'x-provider-name': providerName }),
    ...(providerName === null || apiFormat === null ? {} : { 'x-api-format': apiFormat }),
    ...(allowFallback ? { 'x-allow-fallback': 'true' } : {}),
  };
}

/** As for a session that calls `/v1/messages` itself. */
function checkMayCall(principal: Principal, address: string): void {
  if (!principal.permissions.has('chat')) throw new PermissionDeniedError(`This needs the permission 'chat'`);
  if (!mayCallFrom(principal.scopes, address))
    throw new PermissionDeniedError('You may not call models from this address. Ask an administrator.');
}

function nothingAsked(): ValidationFailedError {
  return new ValidationFailedError([
    {
      pointer: '/message_id',
      code: 'not_a_question',
      detail: 'nothing has been asked in this conversation yet',
    },
  ]);
}
