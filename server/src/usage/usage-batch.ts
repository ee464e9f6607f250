/** One job: at most 200 records, under an id that says which they are for good. */
export interface UsageBatch {
  readonly batchId: string;
  /** How many records. */
  readonly count: number;
  /** A JSON array of `CallRecord`, as they stand in the journal: on its way nobody reads it but the database. */
  readonly records: string;
}

const MAX_RECORDS = 200;

/**
 * The batches of a segment. The same segment gives the same batches whenever it is read: a segment only ever grows, and
 * is shipped only when it has stopped growing.
 *
 * @param finals its final lines, a `CallRecord` as JSON each
 */
export function batchesOf(segmentId: string, finals: readonly string[]): readonly UsageBatch[] {
  return Array.from({ length: Math.ceil(finals.length / MAX_RECORDS) }, (_, index) =>
    batchOf(`${segmentId}.${index}`, finals.slice(index * MAX_RECORDS, (index + 1) * MAX_RECORDS)),
  );
}

/** @param records as JSON each */
export function batchOf(batchId: string, records: readonly string[]): UsageBatch {
  return { batchId, count: records.length, records: `[${records.join(',')}]` };
}
