import { Module } from '@nestjs/common';
import { AnswerRepository } from './answer.repository.js';
import { ConversationRetention } from './conversation-retention.repository.js';

/** What the process that runs jobs needs of this room. */
@Module({ providers: [AnswerRepository, ConversationRetention], exports: [ConversationRetention] })
export class ConversationRetentionModule {}
