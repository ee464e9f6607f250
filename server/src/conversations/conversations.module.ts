import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { AnswerRepository } from './answer.repository.js';
import { Answers } from './answers.js';
import { ConversationRepository } from './conversation.repository.js';
import { ConversationsController } from './conversations.controller.js';
import { ConversationsService } from './conversations.service.js';
import { MessageRepository } from './message.repository.js';
import { MessagesOfConversationController } from './messages-of-conversation.controller.js';

@Module({
  imports: [MessagesModule],
  controllers: [ConversationsController, MessagesOfConversationController],
  providers: [ConversationRepository, MessageRepository, AnswerRepository, ConversationsService, Answers],
})
export class ConversationsModule {}
