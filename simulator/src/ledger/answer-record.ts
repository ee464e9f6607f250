import type { IncomingHttpHeaders } from 'node:http';
import type { Route } from '../calls/route.js';
import type { ScriptedUsage } from '../scripts/script.js';
import type { Counters } from './counters.js';
import type { LedgerEntry, Outcome } from './ledger-entry.js';

export interface RequestHead {
  readonly route: Route;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection: { readonly id: number; readonly request: number };
}

/** The growing half of an entry; what delivers the answer writes into it. */
export class AnswerRecord {
  status: number | null = null;
  bodyBytes = 0;
  frames = 0;
  usage: ScriptedUsage | null = null;
  outcome: Outcome = 'open';
  headersAtMs: number | null = null;
  firstByteAtMs: number | null = null;
  endedAtMs: number | null = null;
  script: string | null = null;
  requestBody: Buffer = Buffer.alloc(0);
  readonly time = new Date();
  readonly #startMs = performance.now();

  constructor(
    readonly seq: number,
    readonly head: RequestHead,
    private readonly counters: readonly Counters[],
    private readonly onChange: () => void,
  ) {
    for (const counter of counters) {
      counter.requests += 1;
      counter.open += 1;
      counter.mostOpen = Math.max(counter.mostOpen, counter.open);
    }
  }

  received(bytes: number): void {
    for (const counter of this.counters) counter.bytesReceived += bytes;
  }

  headersSent(status: number): void {
    this.status = status;
    this.headersAtMs = this.#elapsedMs();
  }

  wrote(bytes: number, frames: number): void {
    if (this.firstByteAtMs === null && bytes > 0) this.firstByteAtMs = this.#elapsedMs();
    this.bodyBytes += bytes;
    this.frames += frames;
    for (const counter of this.counters) {
      counter.bytesSent += bytes;
      counter.framesSent += frames;
    }
  }

  ended(outcome: Exclude<Outcome, 'open'>): void {
    if (this.outcome !== 'open') return;
    this.outcome = outcome;
    this.endedAtMs = this.#elapsedMs();
    for (const counter of this.counters) {
      counter.open -= 1;
      counter[outcome] += 1;
    }
    this.onChange();
  }

  #elapsedMs(): number {
    return Math.round((performance.now() - this.#startMs) * 10) / 10;
  }
}

export function toLedgerEntry(record: AnswerRecord): LedgerEntry {
  const { route, method, headers, connection } = record.head;
  const bodyText = record.requestBody.toString('utf8');
  return {
    seq: record.seq,
    time: record.time.toISOString(),
    provider: route.provider,
    dialect: route.dialect,
    endpoint: route.target,
    method,
    path: route.path,
    query: route.query,
    headers,
    connection,
    bodyBytes: record.requestBody.length,
    bodyText,
    body: parseOrUndefined(bodyText),
    script: record.script,
    sent: {
      status: record.status,
      bodyBytes: record.bodyBytes,
      frames: record.frames,
      usage: record.usage,
      outcome: record.outcome,
      headersAtMs: record.headersAtMs,
      firstByteAtMs: record.firstByteAtMs,
      endedAtMs: record.endedAtMs,
    },
  };
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
