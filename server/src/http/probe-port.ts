import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Rejects with the socket's error (`EADDRINUSE` …) when the address cannot be listened on. Asked before
 * anything is made that would be shown only once the gateway listens.
 */
export async function probePort(port: number, host: string): Promise<void> {
  const server = createServer();
  server.listen(port, host);
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
}
