/** A column with sealed values. */
export interface SealedColumn {
  readonly table: string;
  /** The column that tells its rows apart; part of what a value is bound to. */
  readonly id: string;
  readonly name: string;
  /** False: `jsonb`, a text or an object of texts. */
  readonly isText: boolean;
  /** Members of an object are places of their own: `custom_headers.x-key`. */
  readonly placePerMember: boolean;
}

/** Every column the `SecretBox` writes to; a test looks for sealed values elsewhere. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'providers', id: 'id', name: 'api_key', isText: true, placePerMember: false },
  { table: 'providers', id: 'id', name: 'custom_headers', isText: false, placePerMember: true },
  { table: 'captures', id: 'request_id', name: 'bodies', isText: true, placePerMember: false },
  { table: 'settings', id: 'key', name: 'value', isText: false, placePerMember: false },
];
