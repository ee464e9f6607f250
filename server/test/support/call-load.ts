import { setTimeout as sleep } from 'node:timers/promises';
import { SseReader } from './sse-reader.js';

/** What the client saw of one call. */
export interface SeenCall {
  /** Its Claude Code session, which is in the record too. */
  readonly marker: string;
  /** It read the answer to its last event. */
  readonly complete: boolean;
}

export interface LoadOptions {
  readonly urls: readonly string[];
  readonly apiKey: string;
  readonly clients: number;
  /** Into the text of the call, before its marker. */
  readonly prefix: string;
}

/** Calls without a pause, stream after stream, to one gateway after the other, until it is stopped. */
export class CallLoad {
  readonly seen: SeenCall[] = [];
  private running = true;
  private readonly clients: readonly Promise<void>[];
  private count = 0;

  constructor(private readonly options: LoadOptions) {
    this.clients = Array.from({ length: options.clients }, (_, index) => this.client(index));
  }

  get completed(): number {
    return this.seen.filter(({ complete }) => complete).length;
  }

  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.clients);
  }

  private async client(index: number): Promise<void> {
    while (this.running) {
      this.count += 1;
      const marker = `${this.options.prefix}-${this.count}`;
      const url = this.options.urls[(index + this.count) % this.options.urls.length] ?? '';
      const complete = await this.call(url, marker);
      this.seen.push({ marker, complete });
      if (!complete) await sleep(50);
    }
  }

  private async call(url: string, marker: string): Promise<boolean> {
    try {
      const response = await fetch(`${url}/v1/messages`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-api-key': this.options.apiKey,
          'x-claude-code-session-id': marker,
        },
        body: JSON.stringify({
          model: 'claude-sonnet-5-5',
          max_tokens: 64,
          stream: true,
          messages: [{ role: 'user', content: `<${marker}>` }],
        }),
        signal: AbortSignal.timeout(30_000),
      });
      if (response.status !== 200) {
        await response.arrayBuffer();
        return false;
      }
      return (await new SseReader(response).readToEnd()).some(({ type }) => type === 'message_stop');
    } catch {
      return false;
    }
  }
}
