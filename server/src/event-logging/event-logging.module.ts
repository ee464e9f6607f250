import { Module } from '@nestjs/common';
import { EventLoggingController } from './event-logging.controller.js';

@Module({ controllers: [EventLoggingController] })
export class EventLoggingModule {}
