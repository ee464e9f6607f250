import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CaptureModule } from '../capture/capture.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { ProviderClientsModule } from '../provider-clients/provider-clients.module.js';
import { ProvidersModule } from '../providers/providers.module.js';
import { SessionAffinity } from '../routing/session-affinity.js';
import { Hints } from '../shared-state/hints.js';
import { TokenizerModule } from '../tokenizer/tokenizer.module.js';
import { UsageModule } from '../usage/usage.module.js';
import { Attempts } from './attempts.js';
import { CallRouting } from './call-routing.js';
import { AnthropicHandler } from './handlers/anthropic.handler.js';
import { OpenAiHandler } from './handlers/openai.handler.js';
import { MESSAGE_HANDLERS, type MessageHandler } from './message-call.js';
import { MessageHandlerRegistry } from './message-handler-registry.js';
import { MessagesController } from './messages.controller.js';
import { MessagesService } from './messages.service.js';
import { OwnCalls } from './own-calls.js';
import { RefusedCallFilter } from './refused-call.filter.js';
import { SharedAffinity } from './shared-affinity.js';
import { StreamTicker } from './stream-ticker.js';

@Module({
  imports: [
    AuthModule,
    CaptureModule,
    LimitsModule,
    ProvidersModule,
    ProviderClientsModule,
    TokenizerModule,
    UsageModule,
  ],
  controllers: [MessagesController],
  providers: [
    MessagesService,
    CallRouting,
    OwnCalls,
    Attempts,
    RefusedCallFilter,
    { provide: SessionAffinity, useFactory: () => new SessionAffinity() },
    {
      provide: SharedAffinity,
      inject: [SessionAffinity, Hints],
      useFactory: (affinity: SessionAffinity, hints: Hints) =>
        new SharedAffinity(affinity, hints, () => performance.now()),
    },
    StreamTicker,
    OpenAiHandler,
    AnthropicHandler,
    {
      provide: MESSAGE_HANDLERS,
      inject: [OpenAiHandler, AnthropicHandler],
      useFactory: (...handlers: MessageHandler[]) => handlers,
    },
    MessageHandlerRegistry,
  ],
  exports: [OwnCalls],
})
export class MessagesModule {}
