/** A whole call, with all its attempts, may take so long. */
export const CALL_DEADLINE_MS = 600_000;
