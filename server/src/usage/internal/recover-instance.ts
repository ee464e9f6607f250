import { access, open, readdir, readFile, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CallRecord } from '../call-record.js';
import type { AdoptedDirectory } from './instance-directory.js';
import { encodeLine, readSegment, type OpenState } from './journal-lines.js';
import type { Segment } from './segment.js';

const SEGMENT = /^[\w-]+\.log$/;
const INTERRUPTED = 'interrupted';

/**
 * The segments a dead process left, ready to be shipped. Calls it had under way become records by `interrupted`, in a
 * segment of their own, once: a second recovery of the same directory finds that segment. A call whose record was
 * shipped and deleted earlier may come again; the database knows it by its id.
 */
export async function recoverInstance(
  { instance, path }: AdoptedDirectory,
  interrupted: (state: OpenState) => CallRecord,
): Promise<Segment[]> {
  const segmentPath = (name: string): string => join(path, `${name}.log`);
  if (!(await exists(segmentPath(INTERRUPTED)))) {
    const calls = await callsUnderWay(path);
    if (calls.length > 0) await writeWhole(segmentPath(INTERRUPTED), calls.map(interrupted));
  }
  const names = (await readdir(path)).filter((name) => SEGMENT.test(name)).sort();
  if (names.length === 0) await rmdir(path).catch(() => undefined);
  return Promise.all(
    names.map(async (name) => ({
      id: `${instance}.${name.replace('.log', '')}`,
      path: join(path, name),
      createdAtMs: Date.now(),
      bytes: (await readFile(join(path, name))).length,
      openCalls: 0,
    })),
  );
}

async function callsUnderWay(path: string): Promise<readonly OpenState[]> {
  const open = new Map<string, OpenState>();
  const ended = new Set<string>();
  for (const name of (await readdir(path)).filter((each) => SEGMENT.test(each)).sort()) {
    const content = readSegment(await readFile(join(path, name)));
    for (const [id, state] of content.open) open.set(id, state);
    for (const { requestId } of content.finals) ended.add(requestId);
  }
  return [...open.values()].filter(({ requestId }) => !ended.has(requestId));
}

/** There whole, or not at all. */
async function writeWhole(path: string, records: readonly CallRecord[]): Promise<void> {
  const file = await open(`${path}.part`, 'w', 0o600);
  try {
    await file.writeFile(records.map((record) => encodeLine('F', JSON.stringify(record))).join(''));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.part`, path);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
