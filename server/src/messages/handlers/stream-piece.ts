/** Bytes for the client out of one upstream read. */
export interface StreamPiece {
  readonly bytes: string | Uint8Array;
  /** The provider's stream has ended, by its own word; nothing more need be read. */
  readonly finished: boolean;
}
