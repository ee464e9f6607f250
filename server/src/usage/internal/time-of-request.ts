/** Milliseconds since the epoch, from the first 48 bits of a UUIDv7. */
export const timeOfRequest = (requestId: string): number =>
  Number.parseInt(requestId.slice(0, 8) + requestId.slice(9, 13), 16);
