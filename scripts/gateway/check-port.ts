import { once } from 'node:events';
import { createServer } from 'node:net';
import { TaskError } from '../process/task-error.ts';

/** Throws `TaskError` when the gateway could not listen there. Cheap, so that it is told before anything is built. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw new TaskError(reason(error, host, port));
  }
  server.close();
  await once(server, 'close');
}

function reason(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  switch (code) {
    case 'EADDRINUSE':
      return `PORT: port ${port} on ${host} is taken by another program. Choose another one: PORT=${port === 8000 ? 8001 : 8000} npm start`;
    case 'EACCES':
      return `PORT: this user may not listen on port ${port}. Choose one above 1023: PORT=8000 npm start`;
    case 'EADDRNOTAVAIL':
      return `HOST: ${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST: the name ${host} cannot be resolved.`;
    default:
      return `HOST, PORT: ${error instanceof Error ? error.message : String(error)}`;
  }
}
