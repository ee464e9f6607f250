import { Inject, Injectable } from '@nestjs/common';
import type { Dialect } from '../routing/routable-provider.js';
import { MESSAGE_HANDLERS, type MessageHandler } from './message-call.js';

const DIALECTS: readonly Dialect[] = ['openai', 'anthropic'];

/** The handlers by dialect; complete, or the process does not start. */
@Injectable()
export class MessageHandlerRegistry {
  readonly #handlers: ReadonlyMap<Dialect, MessageHandler>;

  constructor(@Inject(MESSAGE_HANDLERS) handlers: readonly MessageHandler[]) {
    this.#handlers = new Map(handlers.map((handler) => [handler.dialect, handler]));
    const missing = DIALECTS.filter((dialect) => !this.#handlers.has(dialect));
    if (missing.length > 0 || this.#handlers.size !== handlers.length) {
      throw new Error(`message handlers: need exactly one for each of ${DIALECTS.join(', ')}`);
    }
  }

  of(dialect: Dialect): MessageHandler {
    const handler = this.#handlers.get(dialect);
    if (handler === undefined) throw new Error(`no message handler for ${dialect}`);
    return handler;
  }
}
