/** One file of the journal. Only the newest of an instance is written to. */
export interface Segment {
  /** Unique for good: instance and number. Batches are named after it. */
  readonly id: string;
  readonly path: string;
  readonly createdAtMs: number;
  bytes: number;
  /** Calls under way whose latest line is here: the file stays while there are any. */
  openCalls: number;
}
