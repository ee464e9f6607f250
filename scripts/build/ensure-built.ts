import { withLock } from '../install/exclusive-lock.mjs';
import { root } from '../install/paths.mjs';
import { report, withProgress } from '../process/report.ts';
import { buildTarget, isStale, type BuildTarget } from './build-target.ts';

/** Builds those of `targets` that are not up to date, side by side. One command at a time builds in a clone. */
export async function ensureBuilt(targets: readonly BuildTarget[], signal: AbortSignal): Promise<void> {
  if ((await staleOnes(targets)).length === 0) return;
  await exclusively(async () => build(await staleOnes(targets), signal));
}

/** Builds all `targets`, stale or not. */
export async function rebuild(targets: readonly BuildTarget[], signal: AbortSignal): Promise<void> {
  await exclusively(() => build(targets, signal));
}

const exclusively = (work: () => Promise<void>): Promise<void> =>
  withLock(`build ${root}`, () => report('another command is building here: waiting for it'), work);

async function build(targets: readonly BuildTarget[], signal: AbortSignal): Promise<void> {
  if (targets.length === 0) return;
  const names = targets.map((target) => `the ${target.name}`).join(' and ');
  await withProgress(`building ${names}`, async () => {
    const results = await Promise.allSettled(targets.map((target) => buildTarget(target, signal)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
}

async function staleOnes(targets: readonly BuildTarget[]): Promise<BuildTarget[]> {
  const stale = await Promise.all(targets.map(isStale));
  return targets.filter((_, index) => stale[index]);
}
