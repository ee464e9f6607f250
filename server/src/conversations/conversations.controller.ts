import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  ConversationListQueryDto,
  CreateConversationDto,
  DeleteConversationQueryDto,
  ExportConversationQueryDto,
  UpdateConversationDto,
  type ConversationView,
  type ConversationWithMessages,
} from '@ccs/dto';
import { SessionAccess } from '../auth/access.decorators.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { IdPipe } from '../http/id.pipe.js';
import { ConversationsService } from './conversations.service.js';
import { conversationAsMarkdown } from './export-conversation.js';

/** The caller's own conversations. */
@Controller('api/conversations')
@SessionAccess('conversations')
export class ConversationsController {
  constructor(private readonly conversations: ConversationsService) {}

  @Get()
  async list(
    @Req() request: object,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query() query: ConversationListQueryDto,
  ): Promise<readonly ConversationView[]> {
    const { items, total } = await this.conversations.list(callerOf(request), query);
    void reply.header('x-total-count', String(total));
    return items;
  }

  @Post()
  create(@Req() request: object, @Body() dto: CreateConversationDto): Promise<ConversationView> {
    return this.conversations.create(callerOf(request), dto);
  }

  @Get(':id')
  get(@Req() request: object, @Param('id', IdPipe) id: number): Promise<ConversationWithMessages> {
    return this.conversations.get(callerOf(request), id);
  }

  @Put(':id')
  update(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Body() dto: UpdateConversationDto,
  ): Promise<ConversationView> {
    return this.conversations.update(callerOf(request), id, dto);
  }

  @Delete(':id')
  @HttpCode(204)
  delete(
    @Req() request: object,
    @Param('id', IdPipe) id: number,
    @Query() query: DeleteConversationQueryDto,
  ): Promise<void> {
    return this.conversations.delete(callerOf(request), id, query.permanent === 'true');
  }

  @Post(':id/restore')
  @HttpCode(200)
  restore(@Req() request: object, @Param('id', IdPipe) id: number): Promise<ConversationView> {
    return this.conversations.restore(callerOf(request), id);
  }

  @Get(':id/export')
  async export(
    @Req() request: object,
    @Res() reply: FastifyReply,
    @Param('id', IdPipe) id: number,
    @Query() { format = 'md' }: ExportConversationQueryDto,
  ): Promise<void> {
    const conversation = await this.conversations.whole(callerOf(request), id);
    const markdown = format === 'md';
    void reply
      .header('content-disposition', `attachment; filename="conversation-${id}.${format}"`)
      .header('cache-control', 'no-store')
      .type(markdown ? 'text/markdown; charset=utf-8' : 'application/json; charset=utf-8')
      .send(markdown ? conversationAsMarkdown(conversation) : JSON.stringify(conversation, null, 2));
  }
}

const callerOf = (request: object): number => requestPrincipal(request).userId;
