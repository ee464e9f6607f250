import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** How a call ended; `refused`: by us, before any provider was asked. */
export type CallEnd = 'answered' | 'failed' | 'client_gone' | 'refused';

/** One finished call. Provider names come from the configuration and nothing else may be a label. */
export interface FinishedCall {
  /** Null: no provider had been chosen. */
  readonly provider: string | null;
  readonly outcome: CallEnd;
  readonly durationMs: number;
  /** From the request to the first byte of its answer; null: none went out. */
  readonly firstByteMs: number | null;
  /** Codes, each once. */
  readonly losses: readonly string[];
}

/** The label of calls that reached no provider; no provider can have this name, for it is empty. */
const NO_PROVIDER = '';
const DURATION_BUCKETS_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const FIRST_BYTE_BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What Prometheus may ask of this process; the figures of the process itself (event loop, memory, GC) too. */
@Injectable()
export class Metrics {
  readonly #registry = new Registry();
  readonly #calls = new Counter({
    name: 'ccs_calls_total',
    help: 'Calls of POST /v1/messages by how they ended; the provider is empty where none was chosen.',
    labelNames: ['provider', 'outcome'],
    registers: [this.#registry],
  });
  readonly #losses = new Counter({
    name: 'ccs_conversion_losses_total',
    help: 'Calls that lost something in conversion, by code.',
    labelNames: ['code', 'provider'],
    registers: [this.#registry],
  });
  readonly #duration = new Histogram({
    name: 'ccs_call_duration_seconds',
    help: 'From the request to the last byte of its answer.',
    labelNames: ['provider'],
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [this.#registry],
  });
  readonly #firstByte = new Histogram({
    name: 'ccs_call_first_byte_seconds',
    help: 'From the request to the first event, or to the body, of its answer.',
    labelNames: ['provider'],
    buckets: FIRST_BYTE_BUCKETS_SECONDS,
    registers: [this.#registry],
  });

  readonly #limitRefusals = new Counter({
    name: 'ccs_limit_refusals_total',
    help: 'Calls refused by a limit of the key or its owner, by error code.',
    labelNames: ['code'],
    registers: [this.#registry],
  });
  readonly #limitReplicas = new Gauge({
    name: 'ccs_limit_replicas',
    help: 'Processes that share the limits, as this one knows: its share of them while their store is away.',
    registers: [this.#registry],
  });
  readonly #limitStoreAway = new Gauge({
    name: 'ccs_limit_store_away',
    help: '1 while the shared store of limits does not answer: each process counts for itself.',
    registers: [this.#registry],
  });

  readonly #providerFileBroken = new Gauge({
    name: 'ccs_provider_file_broken',
    help: '1 while provider.json cannot be used and the last state goes on.',
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  countCall(call: FinishedCall): void {
    const provider = call.provider ?? NO_PROVIDER;
    this.#calls.inc({ provider, outcome: call.outcome });
    this.#duration.observe({ provider }, call.durationMs / 1000);
    if (call.firstByteMs !== null) this.#firstByte.observe({ provider }, call.firstByteMs / 1000);
    for (const code of call.losses) this.#losses.inc({ code, provider });
  }

  countLimitRefusal(code: string): void {
    this.#limitRefusals.inc({ code });
  }

  setLimitReplicas(count: number): void {
    this.#limitReplicas.set(count);
  }

  setLimitStoreAway(away: boolean): void {
    this.#limitStoreAway.set(away ? 1 : 0);
  }

  /** A figure that somebody else keeps; asked for whenever Prometheus asks. Call it once per name. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read());
      },
    });
  }

  setProviderFileBroken(broken: boolean): void {
    this.#providerFileBroken.set(broken ? 1 : 0);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
