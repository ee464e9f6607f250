import { Client, type Dispatcher } from 'undici';
import { UpstreamExchange, type ReusedConnection } from './upstream-exchange.js';

/** One connection of a pool. It knows whether a request is the first one on its socket. */
export class KeptConnection extends Client implements ReusedConnection {
  #requests = 0;

  constructor(origin: URL | string, options: object) {
    super(origin, options);
    this.on('connect', () => (this.#requests = 0));
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (handler instanceof UpstreamExchange) handler.travelsOn(this);
    return super.dispatch(options, handler);
  }

  beginRequest(): boolean {
    return this.#requests++ > 0;
  }
}
