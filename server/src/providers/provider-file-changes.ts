import { isDeepStrictEqual } from 'node:util';
import type { ProviderEntry, ProviderFile, RoutingSettings } from '../config/provider-file.js';

export type EntryKey = keyof ProviderEntry;

export interface EntryChange {
  /** As the file has it now. */
  readonly entry: ProviderEntry;
  /** Keys whose value differs from the text before; those that were taken out too. */
  readonly keys: ReadonlySet<EntryKey>;
  /** Place in the file. */
  readonly position: number;
  readonly moved: boolean;
}

export type ProviderIdentity = Pick<ProviderEntry, 'name' | 'api_format'>;

/** What somebody changed in the file, as opposed to what stands in it. */
export interface ProviderFileChanges {
  readonly removed: readonly ProviderIdentity[];
  readonly entries: readonly EntryChange[];
  /** Changed keys with their new values; undefined: taken out. */
  readonly routing: ReadonlyMap<keyof RoutingSettings, unknown>;
}

/** The difference between two texts of the file; `before` null: there was none. */
export function providerFileChanges(before: ProviderFile | null, after: ProviderFile): ProviderFileChanges {
  const earlier = new Map(
    (before?.providers ?? []).map((entry, position) => [identityOf(entry), { entry, position }]),
  );
  const remaining = new Set(after.providers.map(identityOf));
  return {
    removed: [...earlier.values()]
      .map(({ entry }) => entry)
      .filter((entry) => !remaining.has(identityOf(entry))),
    entries: after.providers.flatMap((entry, position) => {
      const previous = earlier.get(identityOf(entry));
      const keys = changedKeys<ProviderEntry>(previous?.entry ?? {}, entry);
      const moved = previous?.position !== position;
      return keys.size > 0 || moved ? [{ entry, keys, position, moved }] : [];
    }),
    routing: new Map(
      [...changedKeys<RoutingSettings>(before?.routing ?? {}, after.routing)].map((key) => [
        key,
        after.routing[key],
      ]),
    ),
  };
}

export const identityOf = ({ name, api_format: format }: ProviderIdentity): string => `${format} ${name}`;

function changedKeys<T extends object>(before: Partial<T>, after: T): ReadonlySet<keyof T> {
  // Both were made by the same reader, which keeps known keys only.
  const keys = [...Object.keys(before), ...Object.keys(after)] as (keyof T)[];
  return new Set(keys.filter((key) => !isDeepStrictEqual(before[key], after[key])));
}
