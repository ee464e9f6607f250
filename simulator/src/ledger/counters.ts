export interface Counters {
  requests: number;
  open: number;
  /** Largest number of answers under way at once. */
  mostOpen: number;
  completed: number;
  aborted: number;
  cut: number;
  bytesReceived: number;
  bytesSent: number;
  framesSent: number;
}

export function newCounters(): Counters {
  return {
    requests: 0,
    open: 0,
    mostOpen: 0,
    completed: 0,
    aborted: 0,
    cut: 0,
    bytesReceived: 0,
    bytesSent: 0,
    framesSent: 0,
  };
}
