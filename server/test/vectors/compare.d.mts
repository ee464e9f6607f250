/** One conversion vector; `kind` decides which of the fields are there. */
export interface Vector {
  id: string;
  kind:
    | 'request'
    | 'response'
    | 'stream'
    | 'error'
    | 'roundtrip'
    | 'passthrough_request'
    | 'passthrough_response'
    | 'count';
  title: string;
  spec: string[];
  [key: string]: unknown;
}

/** Null when `actual` satisfies the vector, else the reason. */
export function compareVector(vector: Vector, actual: unknown): string | null;
/** Null when the events are in the order spec S2 demands, else the reason. */
export function checkGrammar(events: readonly unknown[]): string | null;
