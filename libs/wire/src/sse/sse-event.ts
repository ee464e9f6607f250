/** One server-sent event: `event` is '' when no `event:` line named it, `data` has its lines joined by "\n". */
export interface SseEvent {
  readonly event: string;
  readonly data: string;
}
