import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Ip,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  BranchMessageDto,
  CompleteDto,
  CreateMessageDto,
  MessageListQueryDto,
  UpdateMessageDto,
  type MessageView,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { IdPipe } from '../http/id.pipe.js';
import { streamAnswer } from './answer-stream.js';
import { Answers } from './answers.js';
import { ConversationsService } from './conversations.service.js';

/** Questions and answers of the caller's own conversations. */
@Controller('api/conversations/:id')
@SessionAccess('conversations')
export class MessagesOfConversationController {
  constructor(
    private readonly conversations: ConversationsService,
    private readonly answers: Answers,
  ) {}

  @Get('messages')
  async list(
    @Req() request: object,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id', IdPipe) id: number,
    @Query() query: MessageListQueryDto,
  ): Promise<readonly MessageView[]> {
    const { items, total } = await this.conversations.listMessages(callerOf(request), id, query);
    void reply.header('x-total-count', String(total));
    return items;
  }

  @Post('messages')
  add(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Body() dto: CreateMessageDto,
  ): Promise<MessageView> {
    return this.conversations.addMessage(callerOf(request), id, dto);
  }

  @Get('messages/:mid')
  get(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Param('mid', IdPipe) messageId: number,
  ): Promise<MessageView> {
    return this.conversations.getMessage(callerOf(request), id, messageId);
  }

  @Put('messages/:mid')
  update(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Param('mid', IdPipe) messageId: number,
    @Body() dto: UpdateMessageDto,
  ): Promise<MessageView> {
    return this.conversations.updateMessage(callerOf(request), id, messageId, dto);
  }

  @Delete('messages/:mid')
  @HttpCode(204)
  delete(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Param('mid', IdPipe) messageId: number,
  ): Promise<void> {
    return this.conversations.deleteMessage(callerOf(request), id, messageId);
  }

  @Post('messages/:mid/branch')
  branch(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Param('mid', IdPipe) messageId: number,
    @Body() dto: BranchMessageDto,
  ): Promise<MessageView> {
    return this.conversations.branch(callerOf(request), id, messageId, dto);
  }

  /** The answer is written whether or not somebody goes on reading this. Also needs the permission `chat`. */
  @Post('complete')
  async complete(
    @Req() request: object,
    @Res() reply: FastifyReply,
    @Ip() address: string,
    @Param('id', IdPipe) id: number,
    @Body() dto: CompleteDto,
  ): Promise<void> {
    const principal = requestPrincipal(request);
    const answer = await this.answers.begin(principal, address, id, dto);
    await this.#stream(reply, principal.userId, id, answer);
  }

  /** An answer from its beginning, and on while it is written. */
  @Get('messages/:mid/stream')
  async stream(
    @Req() request: object,
    @Res() reply: FastifyReply,
    @Param('id', IdPipe) id: number,
    @Param('mid', IdPipe) messageId: number,
  ): Promise<void> {
    const userId = callerOf(request);
    await this.#stream(reply, userId, id, await this.conversations.getMessage(userId, id, messageId));
  }

  @Post('messages/:mid/stop')
  @HttpCode(200)
  stop(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Param('mid', IdPipe) messageId: number,
  ): Promise<MessageView> {
    return this.conversations.stop(callerOf(request), id, messageId);
  }

  async #stream(reply: FastifyReply, userId: number, id: number, message: MessageView): Promise<void> {
    reply.hijack();
    const read = (): Promise<MessageView> => this.conversations.getMessage(userId, id, message.id);
    await streamAnswer(reply.raw, message, this.answers.running(message.id), read);
  }
}

const callerOf = (request: object): number => requestPrincipal(request).userId;
