import { PORTAL, SERVER } from '../build/build-target.ts';
import { rebuild } from '../build/ensure-built.ts';
import type { Task } from './task.ts';

/** `npm run build`: both, stale or not. */
export const build: Task = async (_args, stop) => {
  await rebuild([SERVER, PORTAL], stop.requested);
  return 0;
};
