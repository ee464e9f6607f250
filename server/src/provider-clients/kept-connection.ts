import type { Socket } from 'node:net';
import { Client, type Dispatcher } from 'undici';
import { UpstreamExchange, type ReusedConnection } from './upstream-exchange.js';

/** One connection of a pool. It knows whether a request is the first one on its socket, and what that has yet to send. */
export class KeptConnection extends Client implements ReusedConnection {
  #requests = 0;
  #socket: Socket | null = null;

  constructor(origin: URL | string, { connect, ...options }: Client.Options) {
    if (typeof connect !== 'function') throw new TypeError('pools connect by a function');
    super(origin, {
      ...options,
      connect: (target, callback) =>
        connect(target, (...result) => {
          this.#socket = result[1];
          callback(...result);
        }),
    });
    this.on('connect', () => (this.#requests = 0));
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof UpstreamExchange) handler.travelsOn(this);
    return super.dispatch(options, handler);
  }

  beginRequest(): boolean {
    return this.#requests++ > 0;
  }

  get isFlushed(): boolean {
    return this.#socket?.writableLength === 0;
  }
}
