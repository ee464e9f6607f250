/**
 * One thing a conversion dropped, clamped or replaced. `code` is stable (docs/conversion.md lists them with
 * their rules); `path` says where in the request, where that is known.
 */
export interface Loss {
  readonly code: string;
  readonly path?: string;
}
