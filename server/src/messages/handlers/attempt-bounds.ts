export const HEARTBEAT_MS = 15_000;

/** A client that takes nothing for so long while bytes wait for it is gone. */
export const CLIENT_STALL_MS = 60_000;

export const MAX_WHOLE_ANSWER_BYTES = 64 * 1024 * 1024;

/** Of a provider's error answer; what comes after is not read. */
export const MAX_ERROR_BODY_BYTES = 256 * 1024;
