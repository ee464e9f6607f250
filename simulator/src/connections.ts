import type { Socket } from 'node:net';

/** Numbers connections and the requests on them, so that the ledger shows which calls shared a socket. */
export class Connections {
  readonly #known = new WeakMap<Socket, { readonly id: number; requests: number }>();
  #lastId = 0;

  nextRequest(socket: Socket): { readonly id: number; readonly request: number } {
    const connection = this.#known.get(socket) ?? { id: (this.#lastId += 1), requests: 0 };
    this.#known.set(socket, connection);
    connection.requests += 1;
    return { id: connection.id, request: connection.requests };
  }
}
