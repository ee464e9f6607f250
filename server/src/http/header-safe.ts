/** `text` as it may stand in a header value: anything but printable ASCII is percent-encoded. */
export function headerSafe(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
