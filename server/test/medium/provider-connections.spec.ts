import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { pino } from 'pino';
import { NO_PROXIES, type ProxySettings } from '../../src/config/proxy-settings.js';
import { Secret } from '../../src/config/secret.js';
import { EgressPolicy } from '../../src/provider-clients/egress-policy.js';
import type { ResolveHost } from '../../src/provider-clients/guarded-lookup.js';
import { ProviderClient } from '../../src/provider-clients/provider-client.js';
import { UpstreamPools } from '../../src/provider-clients/upstream-pools.js';
import { askUpstream, listening, upstreamProvider } from '../support/ask-upstream.js';
import { PROVIDER_TEST_CERTIFICATE, PROVIDER_TEST_KEY, TEST_AUTHORITY } from '../support/certificates.js';
import { testEnvironment } from '../support/test-environment.js';

jest.setTimeout(20_000);

const toLoopback: ResolveHost = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

interface Seen {
  readonly port: number;
  readonly requests: IncomingMessage[];
  connections: number;
}

describe('connections to providers', () => {
  const cleanUps: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
  });

  const serve = async (server: Server, handler: RequestListener): Promise<Seen> => {
    const seen: Seen = { port: 0, requests: [], connections: 0 };
    server.on('connection', () => (seen.connections += 1));
    server.on('request', (request: IncomingMessage, response) => {
      seen.requests.push(request);
      request.resume();
      handler(request, response);
    });
    cleanUps.push(() => server.closeAllConnections(), () => server.close()); // prettier-ignore
    return Object.assign(seen, { port: await listening(server) });
  };
  const plain = (handler: RequestListener = (_, response) => response.end('ok')) =>
    serve(createServer(), handler);
  const secure = (handler: RequestListener = (_, response) => response.end('ok')) =>
    serve(createTlsServer({ key: PROVIDER_TEST_KEY, cert: PROVIDER_TEST_CERTIFICATE }), handler);

  const clients = (
    options: { allowPrivate?: boolean; resolve?: ResolveHost; proxies?: Partial<ProxySettings> } = {},
  ) => {
    const { allowPrivate = true, resolve = toLoopback, proxies = {} } = options;
    const environment = {
      ...testEnvironment('postgres://x@localhost/x'),
      proxies: { ...NO_PROXIES, ...proxies },
    };
    const logger = pino({ level: 'silent' });
    const pools = new UpstreamPools(new EgressPolicy(allowPrivate), environment, logger, resolve);
    cleanUps.push(() => pools.onApplicationShutdown());
    return { pools, client: new ProviderClient(pools) };
  };

  it('verify certificates, by the authority of the entry where it names one', async () => {
    const server = await secure();
    const { client } = clients();
    const url = `https://provider.test:${server.port}`;
    await expect(askUpstream(client, upstreamProvider(url, { ca: TEST_AUTHORITY }))).resolves.toMatchObject({
      status: 200,
      failure: null,
    });
    await expect(askUpstream(client, upstreamProvider(url))).resolves.toMatchObject({ failure: 'tls' });
    const otherName = upstreamProvider(`https://other.test:${server.port}`, { ca: TEST_AUTHORITY });
    await expect(askUpstream(client, otherName)).resolves.toMatchObject({ failure: 'tls' });
  });

  it('are made to the address that was checked, and to no other', async () => {
    const server = await plain();
    const answers = ['93.184.216.34', '127.0.0.1'];
    const { client } = clients({
      allowPrivate: false,
      // What a check at another time would have seen is gone: this is what the socket is given.
      resolve: () => Promise.resolve([{ address: answers.pop() ?? '', family: 4 }]),
    });
    const provider = upstreamProvider(`http://rebinding.test:${server.port}`);
    await expect(askUpstream(client, provider)).resolves.toMatchObject({ failure: 'forbidden' });
    const literal = upstreamProvider(`http://127.0.0.1:${server.port}`);
    await expect(askUpstream(client, literal)).resolves.toMatchObject({ failure: 'forbidden' });
    expect(server.connections).toBe(0);
  });

  it('are never made to a metadata service, by name or by what a name resolves to', async () => {
    const { client } = clients({
      resolve: () => Promise.resolve([{ address: '::ffff:a9fe:a9fe', family: 6 }]),
    });
    for (const host of ['innocent.test', 'metadata.google.internal', '169.254.169.254'])
      await expect(askUpstream(client, upstreamProvider(`http://${host}`))).resolves.toMatchObject({
        failure: 'forbidden',
      });
  });

  it('follow no redirect', async () => {
    const trap = await plain();
    const server = await plain((_, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${trap.port}/` }).end(),
    );
    const { client } = clients();
    const answer = await askUpstream(client, upstreamProvider(`http://127.0.0.1:${server.port}`));
    expect([answer.status, trap.connections]).toEqual([302, 0]);
  });

  it('stay through a change of something else, and end behind their calls when the provider changes', async () => {
    const held: (() => void)[] = [];
    const server = await plain((request, response) => {
      if (request.headers.authorization === 'Bearer quick') response.end('ok');
      else {
        response.write('first');
        held.push(() => response.end(' last'));
      }
    });
    const { client, pools } = clients();
    const url = `http://127.0.0.1:${server.port}`;
    const quick = upstreamProvider(url, { apiKey: new Secret('quick') });
    await askUpstream(client, quick);
    pools.keepOnly([{ ...quick, auth: 'x-api-key' }]);
    // The connection is free again once the events of the answer are over.
    await setImmediate();
    await askUpstream(client, { ...quick });
    expect(server.connections).toBe(1);

    const slow = upstreamProvider(url, { apiKey: new Secret('slow') });
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const answer = askUpstream(client, slow, begin);
    await begun;
    pools.keepOnly([]);
    // A call of the old snapshot may still send: it gets another connection.
    await expect(askUpstream(client, quick)).resolves.toMatchObject({ status: 200, failure: null });
    expect(server.connections).toBe(3);
    held.forEach((finish) => finish());
    await expect(answer).resolves.toMatchObject({ body: 'first last', failure: null });
  });

  it('are not shared between credentials', async () => {
    const server = await plain();
    const { client } = clients();
    const provider = upstreamProvider(`http://127.0.0.1:${server.port}`);
    await askUpstream(client, provider);
    await askUpstream(client, { ...provider, apiKey: new Secret('another') });
    expect(server.connections).toBe(2);
  });

  it.each(['openai', 'anthropic'] as const)('carry the headers of the entry (%s), but for those of a connection', async (dialect) => {
    const server = await plain();
    const { client } = clients();
    const customHeaders = [['x-team', 'red'], ['Connection', 'close'], ['transfer-encoding', 'chunked'], ['host', 'evil'], ['Expect', '100-continue'], ['proxy-authorization', 'x']]
      .map(([name = '', value = '']) => [name, new Secret(value)] as const);
    await askUpstream(client, upstreamProvider(`http://127.0.0.1:${server.port}`, { dialect, customHeaders }));
    const headers = server.requests[0]?.headers ?? {};
    expect(headers).toMatchObject({ 'x-team': 'red', host: `127.0.0.1:${server.port}`, connection: 'keep-alive' });
    for (const name of ['transfer-encoding', 'expect', 'proxy-authorization']) expect(headers).not.toHaveProperty(name);
  }); // prettier-ignore

  describe('through a proxy', () => {
    /** Tunnels whatever name it is asked for to a port of this machine, and forwards plain requests there. */
    const proxyTo = async (port: number): Promise<Seen & { readonly asked: string[] }> => {
      const asked: string[] = [];
      const server = createServer();
      server.on('connect', (request, socket: Socket) => {
        asked.push(`CONNECT ${request.url ?? ''} ${request.headers['proxy-authorization'] ?? ''}`);
        const upstream = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          upstream.pipe(socket).pipe(upstream);
        });
        upstream.on('error', () => socket.destroy());
        socket.on('error', () => upstream.destroy());
      });
      const seen = await serve(server, (request, response) => {
        asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
        response.end('forwarded');
      });
      return Object.assign(seen, { asked });
    };

    it('https is tunnelled and verified, http forwarded', async () => {
      const server = await secure();
      const proxy = await proxyTo(server.port);
      const address = new Secret(`http://user:pass@127.0.0.1:${proxy.port}`);
      const { client } = clients({ allowPrivate: false, proxies: { http: address, https: address } });
      const good = upstreamProvider('https://provider.test/v1', { ca: TEST_AUTHORITY });
      await expect(askUpstream(client, good)).resolves.toMatchObject({ status: 200, body: 'ok' });
      await expect(askUpstream(client, upstreamProvider('https://provider.test/v1'))).resolves.toMatchObject({
        failure: 'tls',
      });
      const forwarded = await askUpstream(client, upstreamProvider('http://provider.test/v1'));
      expect(forwarded).toMatchObject({ status: 200, body: 'forwarded' });
      expect(proxy.asked[0]).toBe('CONNECT provider.test:443 Basic dXNlcjpwYXNz');
      expect(proxy.asked.at(-1)).toBe('POST http://provider.test/v1/chat/completions');
      expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    });

    it('names that are not allowed are not asked for', async () => {
      const proxy = await proxyTo(1);
      const address = new Secret(`http://127.0.0.1:${proxy.port}`);
      const { client } = clients({ allowPrivate: false, proxies: { http: address, https: address } });
      for (const url of ['http://metadata.google.internal', 'https://169.254.169.254', 'http://10.0.0.1'])
        await expect(askUpstream(client, upstreamProvider(url))).resolves.toMatchObject({
          failure: 'forbidden',
        });
      expect(proxy.asked).toEqual([]);
    });
  });
});
