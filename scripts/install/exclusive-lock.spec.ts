import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { tryLock, withLock } from './exclusive-lock.mjs';
import { root } from './paths.mjs';

const MODULE = join(root, 'scripts/install/exclusive-lock.mjs');

describe('a lock of this machine', () => {
  const holders: ChildProcess[] = [];

  /** Another process that holds the lock until it is killed. */
  async function holdElsewhere(name: string): Promise<ChildProcess> {
    const code = `import { tryLock } from '${MODULE}'; await tryLock('${name}'); console.log('held'); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    holders.push(holder);
    if (holder.stdout !== null) await once(holder.stdout, 'data');
    return holder;
  }

  afterEach(() => {
    for (const holder of holders.splice(0)) holder.kill('SIGKILL');
  });

  it('tells who has it, and is free again when that process is killed', async () => {
    const name = randomUUID();
    const holder = await holdElsewhere(name);
    expect(await tryLock(name)).toEqual({ heldBy: holder.pid });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    expect(await tryLock(name)).toHaveProperty('release');
  });

  it('is another one under another name', async () => {
    await holdElsewhere(randomUUID());
    expect(await tryLock(randomUUID())).toHaveProperty('release');
  });

  it('makes work of the same name wait', async () => {
    const name = randomUUID();
    const holder = await holdElsewhere(name);
    const order: string[] = [];
    const work = withLock(
      name,
      () => {
        order.push('waits');
        holder.kill('SIGKILL');
      },
      async () => void order.push('works'),
    );
    await work;
    expect(order).toEqual(['waits', 'works']);
  });
});
