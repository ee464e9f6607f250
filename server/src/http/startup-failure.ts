import { StartupError } from '../config/startup-error.js';

/** What a person at the terminal should read when the start failed; a stack only for what nobody expected. */
export function startupFailure(error: unknown): string {
  if (error instanceof StartupError) return error.message;
  if (error instanceof Error && 'code' in error) {
    const { port, address } = error as { port?: number; address?: string };
    if (error.code === 'EADDRINUSE') {
      return `Port ${port ?? '?'} on ${address ?? '?'} is taken by another program. Choose another one: PORT=8001 npm start`;
    }
    if (error.code === 'EACCES')
      return `Port ${port ?? '?'} on ${address ?? '?'} may not be opened by this user.`;
    if (error.code === 'EADDRNOTAVAIL') return `HOST: ${address ?? '?'} is not an address of this machine.`;
    if (error.code === 'ENOTFOUND') return `HOST: the name cannot be resolved: ${error.message}`;
  }
  return `The gateway could not start:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
