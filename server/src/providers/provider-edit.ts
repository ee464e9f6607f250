import { isDeepStrictEqual } from 'node:util';
import type { CreateProviderDto, ProviderFieldsDto, UpdateProviderDto } from '@ccs/dto';
import type { ProviderEntry } from '../config/provider-file.js';
import { hasReference } from '../config/references.js';
import { ValidationFailedError, type FieldProblem } from '../errors/caller-errors.js';
import { checkEntry } from './entry-checks.js';
import { SECRET_MARK, shownEntry, secretEntry, type EntryValues } from './entry-values.js';
import { sameOrigin } from './provider-writer.repository.js';
import type { StoredProvider } from './stored-provider.js';

/** In a header: the provider's own key, which is no variable. */
const OWN_KEY = '${API_KEY}';

/** What a request makes of an entry. */
export interface ProviderEdit {
  /** The whole entry as it is to be, secrets included. */
  readonly entry: ProviderEntry;
  readonly keys: ReadonlySet<keyof ProviderEntry>;
  /** Secrets that were written anew. */
  readonly replaced: ReadonlySet<keyof ProviderEntry>;
}

/** @throws ValidationFailedError */
export function newProvider(dto: CreateProviderDto): ProviderEdit {
  const values = { api_format: 'openai', ...givenValues(dto) };
  // Each key was checked against its own rule, and the required ones are there.
  const entry = checkEntry(withoutCleared(values)) as unknown as ProviderEntry;
  refuseReferences(entry, {});
  return { entry, keys: new Set(Object.keys(entry) as (keyof ProviderEntry)[]), replaced: new Set() };
}

/**
 * A change of what is stored. Secrets never travel to another origin: they are cleared unless new ones come along.
 *
 * @throws ValidationFailedError
 */
export function changedProvider(stored: StoredProvider, dto: UpdateProviderDto): ProviderEdit {
  const shown = shownEntry(stored);
  const moves = dto.base_url !== undefined && !sameOrigin(stored.baseUrl.text, dto.base_url);
  const given = {
    ...(moves ? { api_key: null, custom_headers: null } : {}),
    ...givenValues(dto),
  };
  const present = secretEntry(stored);
  const values = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, withSecrets(key, value, present, moves)]),
  );
  const checked = checkEntry(withoutCleared(values));
  const cleared = Object.keys(values).filter((key) => values[key] === null);
  const kept = Object.entries(present).filter(([key]) => !cleared.includes(key));
  const entry = { ...Object.fromEntries(kept), ...checked } as unknown as ProviderEntry;
  refuseReferences(checked, shown);
  const keys = (Object.keys(values) as (keyof ProviderEntry)[]).filter(
    (key) => !isDeepStrictEqual(entry[key], present[key]),
  );
  const secrets = keys.filter((key) => key === 'api_key' || key === 'custom_headers');
  return { entry, keys: new Set(keys), replaced: new Set(secrets) };
}

/** An entry to try out: that of a form, with the secrets of a stored one where it says so and the origin is the same. */
export function triedProvider(dto: CreateProviderDto, stored: StoredProvider | null): ProviderEdit {
  if (stored === null) return newProvider(dto);
  const { api_format: format = 'openai', ...rest } = dto;
  const edit = changedProvider(stored, rest);
  return { ...edit, entry: { ...edit.entry, api_format: format } };
}

/** What the request says of the entry; fields of the request alone are left out. */
function givenValues(dto: ProviderFieldsDto): Record<string, unknown> {
  const alone = new Set(['version', 'id', 'tiers']);
  return Object.fromEntries(
    Object.entries(dto).filter(([key, value]) => value !== undefined && !alone.has(key)),
  );
}

/** `***` becomes what is stored; after a move there is nothing stored any more. */
function withSecrets(key: string, value: unknown, present: ProviderEntry, moves: boolean): unknown {
  if (key === 'api_key') {
    if (value === '') return null;
    return isAsItIs(value, present.api_key) ? (moves ? null : (present.api_key ?? null)) : value;
  }
  if (key !== 'custom_headers' || typeof value !== 'object' || value === null) return value;
  const headers = Object.entries(value).flatMap(([name, text]: [string, unknown]) => {
    const before = presentHeader(present, name);
    if (!isAsItIs(text, before)) return [[name, text] as const];
    const kept = moves ? undefined : before;
    return kept === undefined ? [] : [[name, kept] as const];
  });
  return Object.fromEntries(headers);
}

/** The mark of a secret, or a reference as it was shown: that is no new value which might travel. */
function isAsItIs(value: unknown, before: string | undefined): boolean {
  if (value === SECRET_MARK) return true;
  return typeof value === 'string' && value === before && hasReference(value.replaceAll(OWN_KEY, ''));
}

function presentHeader({ custom_headers: headers = {} }: ProviderEntry, name: string): string | undefined {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

const withoutCleared = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));

/** Only the file on disk may name variables; a reference that comes back as it was shown is none of the request's. */
function refuseReferences(entry: Readonly<Partial<ProviderEntry>>, shown: EntryValues): void {
  const problems: FieldProblem[] = [];
  const check = (pointer: string, text: unknown, before: unknown): void => {
    if (typeof text !== 'string' || text === before || !hasReference(text.replaceAll(OWN_KEY, ''))) return;
    problems.push({
      pointer,
      code: 'reference_not_allowed',
      detail: 'names a variable of the environment, which only provider.json may do',
    });
  };
  check('/base_url', entry.base_url, shown.base_url);
  check('/api_key', entry.api_key, shown.api_key);
  const headersBefore = (shown.custom_headers ?? {}) as Readonly<Record<string, string>>;
  for (const [name, text] of Object.entries(entry.custom_headers ?? {}))
    check(`/custom_headers/${name}`, text, headersBefore[name]);
  if (problems.length > 0) throw new ValidationFailedError(problems);
}
