import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from './fingerprint.ts';

describe('the fingerprint of sources', () => {
  let base: string;
  const file = (name: string): string => join(base, 'src', name);
  const take = (): Promise<string> =>
    fingerprint(base, ['src', 'config.json', 'absent'], (path) => path.endsWith('.spec.ts'));

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'ccs-fingerprint-'));
    await mkdir(join(base, 'src', 'room'), { recursive: true });
    await writeFile(file('room/a.ts'), 'a');
    await writeFile(file('b.ts'), 'b');
    await writeFile(file('b.spec.ts'), 'tests');
    await writeFile(join(base, 'config.json'), '{}');
  });

  afterEach(() => rm(base, { recursive: true, force: true }));

  it.each<[string, () => Promise<unknown>]>([
    ['a changed file', () => writeFile(file('room/a.ts'), 'A')],
    ['a new file', () => writeFile(file('c.ts'), '')],
    ['a deleted file', () => rm(file('b.ts'))],
    ['a renamed file', () => rename(file('b.ts'), file('c.ts'))],
    [
      'content that moved to another file',
      async () => {
        await writeFile(file('b.ts'), 'a');
        await writeFile(file('room/a.ts'), 'b');
      },
    ],
    ['a changed configuration', () => writeFile(join(base, 'config.json'), '[]')],
  ])('changes with %s', async (_what, change) => {
    const before = await take();
    await change();
    expect(await take()).not.toBe(before);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a file that was only touched', () => utimes(file('b.ts'), new Date(), new Date())],
    ['a changed test', () => writeFile(file('b.spec.ts'), 'other tests')],
  ])('stays with %s', async (_what, change) => {
    const before = await take();
    await change();
    expect(await take()).toBe(before);
  });
});
