/** Who or what changed the configuration. */
export interface ChangeAuthor {
  readonly source: 'api' | 'file';
  /** Null: nobody who is known; the file has no author. */
  readonly userId: number | null;
  readonly email: string | null;
  readonly address: string | null;
}

export const FILE_AUTHOR: ChangeAuthor = Object.freeze({
  source: 'file',
  userId: null,
  email: null,
  address: null,
});

/** One change of one provider, or of the settings of all. Its values have no secrets: `***` stands for one. */
export interface ConfigChange {
  readonly area: 'config' | 'provider';
  readonly act: 'create' | 'update' | 'delete';
  readonly author: ChangeAuthor;
  /** Of a provider: its number and name; null for the settings of all. */
  readonly target: { readonly id: number; readonly name: string; readonly format: string } | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}
