import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../request-body.js';
import { CodeBook } from './code-book.js';
import { consentPage } from './consent-page.js';
import type {
  IdentityAnswer,
  IdentityProvider,
  IdentityRequest,
  ProviderParts,
  RegisteredClient,
} from './exchange.js';
import { feishu } from './feishu.js';
import { github } from './github.js';
import { google } from './google.js';
import type { Person } from './person.js';

export type { Person } from './person.js';
export type SimulatedProvider = 'github' | 'google' | 'feishu';

/** A request of the client itself, not of its user's browser. */
export interface BackChannelCall {
  readonly provider: SimulatedProvider;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

const MAKERS: Readonly<Record<SimulatedProvider, (parts: ProviderParts) => IdentityProvider>> = {
  github,
  google,
  feishu,
};
const NOT_FOUND: IdentityAnswer = { status: 404, headers: {}, body: 'no such path' };

/** Starts one server that plays GitHub, Google and Feishu; resolves when it listens on loopback. */
export async function startIdentitySimulator(client: RegisteredClient): Promise<IdentitySimulator> {
  const simulator = new IdentitySimulator(client);
  await simulator.listen();
  return simulator;
}

/** Providers that vouch for people, each below its own path: `/github`, `/google`, `/feishu`. */
export class IdentitySimulator {
  /** Who can sign in, by login. */
  readonly people = new Map<string, Person>();
  readonly calls: BackChannelCall[] = [];
  /** While true the client is answered with 503. */
  down = false;
  readonly #server: Server;
  readonly #providers = new Map<string, { readonly codes: CodeBook; readonly provider: IdentityProvider }>();

  constructor(private readonly client: RegisteredClient) {
    for (const [name, make] of Object.entries(MAKERS)) {
      const codes = new CodeBook();
      this.#providers.set(name, { codes, provider: make({ codes, client }) });
    }
    this.#server = createServer((request, response) => void this.#respond(request, response));
  }

  urlOf(provider: SimulatedProvider): string {
    // It listens on a port.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${provider}`;
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBody(request)).bytes.toString('utf8');
    const { status, headers, body: answer } = this.#answer(request, body);
    response.writeHead(status, headers).end(answer);
  }

  #answer({ method = '', url = '', headers }: IncomingMessage, body: string): IdentityAnswer {
    const { pathname, searchParams } = new URL(url, 'http://simulator');
    const [, name = '', path = ''] = /^\/(\w+)(\/.*)$/.exec(pathname) ?? [];
    const found = this.#providers.get(name);
    if (found === undefined) return NOT_FOUND;
    const request: IdentityRequest = { method, path, query: searchParams, headers, body };
    if (path === found.provider.authorizePath && method === 'GET') {
      return consentPage(request, this.client, found.codes, this.people);
    }
    // A key of MAKERS: it was found by it.
    this.calls.push({ provider: name as SimulatedProvider, method, path, body });
    if (this.down) return { status: 503, headers: {}, body: 'unicorn' };
    return found.provider.answer(request) ?? NOT_FOUND;
  }
}
