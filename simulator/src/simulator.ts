import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { routeRequest } from './calls/route.js';
import { Connections } from './connections.js';
import { handleControl } from './control/control-api.js';
import { Gates } from './delivery/gates.js';
import { Ledger, type LedgerFilter, type LedgerMode } from './ledger/ledger.js';
import type { Counters } from './ledger/counters.js';
import type { LedgerEntry } from './ledger/ledger-entry.js';
import { readBody } from './request-body.js';
import { RequestHandler } from './request-handler.js';
import { parseScripts } from './scripts/parse-script.js';
import { ScriptBook } from './scripts/script-book.js';
import type { Script } from './scripts/script.js';

export type { LedgerEntry, SentAnswer } from './ledger/ledger-entry.js';
export type * from './scripts/script.js';
export { ScriptError } from './scripts/value-reader.js';

export interface SimulatorOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default 127.0.0.1. The control API has no password: whoever reaches the port rules it. */
  readonly host?: string;
  /** Default `full`. */
  readonly ledger?: LedgerMode;
  /** Default 1,000. */
  readonly ledgerEntries?: number;
  /** Bound on the request bodies the ledger keeps; default 64 MiB. */
  readonly ledgerBodyBytes?: number;
  /** What `GET …/models` lists; default `sim-big`, `sim-middle`, `sim-small`. */
  readonly models?: readonly string[];
  readonly scripts?: Script | readonly Script[];
  /** How long an idle connection stays open; default 75,000. */
  readonly keepAliveTimeoutMs?: number;
  /** Of jitter; from 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
}

export interface SimulatorState {
  readonly url: string;
  readonly startedAt: string;
  readonly process: { readonly pid: number; readonly cpuMs: number; readonly rssBytes: number };
  readonly ledger: LedgerMode;
  readonly counters: Readonly<Counters>;
  readonly providers: Readonly<Record<string, Readonly<Counters>>>;
  readonly scripts: { readonly queued: number; readonly standing: number };
  readonly gatesWaiting: Readonly<Record<string, number>>;
}

const DEFAULT_MODELS = ['sim-big', 'sim-middle', 'sim-small'];
const DEFAULT_WAIT_MS = 5000;

/** Starts one provider simulator; resolves when it listens. Rejects with the socket's error (`EADDRINUSE` …). */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(options);
  await simulator.listen();
  return simulator;
}

/**
 * A local HTTP server that plays providers in both dialects. Made by `startSimulator`; the methods here and the
 * control API under `/__sim/` do the same things.
 */
export class Simulator {
  readonly #ledger: Ledger;
  readonly #gates = new Gates();
  readonly #book = new ScriptBook();
  readonly #server: Server;
  readonly #handler: RequestHandler;
  readonly #startedAt = new Date();
  #port = 0;

  constructor(private readonly options: SimulatorOptions) {
    this.#ledger = new Ledger({
      mode: options.ledger ?? 'full',
      maxEntries: options.ledgerEntries ?? 1000,
      maxBodyBytes: options.ledgerBodyBytes ?? 64 * 1024 * 1024,
    });
    this.#handler = new RequestHandler({
      book: this.#book,
      ledger: this.#ledger,
      gates: this.#gates,
      connections: new Connections(),
      models: options.models ?? DEFAULT_MODELS,
      random: options.random ?? Math.random,
      idPrefix: `sim${randomBytes(4).toString('hex')}n`,
    });
    if (options.scripts !== undefined) this.addScripts(options.scripts);
    this.#server = createServer({ noDelay: true, keepAliveTimeout: options.keepAliveTimeoutMs ?? 75_000 });
    this.#server.on('request', (request, response) => this.#onRequest(request, response));
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.#port}`;
  }

  /** `base_url` of an OpenAI-format provider with this name. */
  openAiUrl(provider?: string): string {
    return `${this.url}${providerPath(provider)}/v1`;
  }

  /** `base_url` of an Anthropic-format provider with this name. */
  anthropicUrl(provider?: string): string {
    return `${this.url}${providerPath(provider)}`;
  }

  /** Throws `ScriptError`, with the place, if it is not as `Script` says. */
  addScript(script: Script): void {
    this.addScripts(script);
  }

  /** Adds one script or a list. Returns how many; throws `ScriptError` and adds none if one is wrong. */
  addScripts(scripts: unknown): number {
    const parsed = parseScripts(scripts);
    this.#book.add(parsed);
    return parsed.length;
  }

  /** Like `addScripts`, after dropping all there are. */
  replaceScripts(scripts: unknown): number {
    const parsed = parseScripts(scripts);
    this.#book.clear();
    this.#book.add(parsed);
    return parsed.length;
  }

  /** What is left of the queue, then the standing ones. */
  scripts(): Script[] {
    return this.#book.list();
  }

  /** Requests so far, oldest first; empty unless the ledger is `full`. */
  ledger(filter: LedgerFilter = {}): LedgerEntry[] {
    return this.#ledger.entries(filter);
  }

  ledgerEntry(seq: number): LedgerEntry | undefined {
    return this.#ledger.entry(seq);
  }

  clearLedger(): void {
    this.#ledger.clear();
  }

  /**
   * Waits until the ledger has entries that satisfy the condition (default: at least one) and returns them.
   * Rejects after `timeoutMs`, default 5,000. Needs the ledger to be `full`.
   */
  async waitForLedger(
    filter: LedgerFilter = {},
    condition: (entries: readonly LedgerEntry[]) => boolean = (entries) => entries.length > 0,
    timeoutMs = DEFAULT_WAIT_MS,
  ): Promise<LedgerEntry[]> {
    const present = this.#ledger.entries(filter);
    if (condition(present)) return present;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        stop();
        const shown = JSON.stringify(this.#ledger.entries(filter).map(({ seq, sent }) => ({ seq, sent })));
        reject(new Error(`the ledger did not come to be as expected within ${timeoutMs} ms: ${shown}`));
      }, timeoutMs);
      const stop = this.#ledger.watch(() => {
        const entries = this.#ledger.entries(filter);
        if (!condition(entries)) return;
        clearTimeout(timer);
        stop();
        resolve(entries);
      });
    });
  }

  /** Lets one answer pass the gate: the one that waits, or the next to come. True if one was waiting. */
  openGate(name: string): boolean {
    return this.#gates.open(name);
  }

  /** Resolves when an answer waits at the gate. */
  async gateReached(name: string): Promise<void> {
    return this.#gates.reached(name);
  }

  /** How many answers wait at each gate. */
  gatesWaiting(): Record<string, number> {
    return this.#gates.waiting();
  }

  state(): SimulatorState {
    const cpu = process.cpuUsage();
    const scripts = this.scripts();
    const standing = scripts.filter((script) => script.standing === true).length;
    return {
      url: this.url,
      startedAt: this.#startedAt.toISOString(),
      process: {
        pid: process.pid,
        cpuMs: (cpu.user + cpu.system) / 1000,
        rssBytes: process.memoryUsage.rss(),
      },
      ledger: this.#ledger.mode,
      counters: this.#ledger.counters(),
      providers: this.#ledger.countersByProvider(),
      scripts: { queued: scripts.length - standing, standing },
      gatesWaiting: this.gatesWaiting(),
    };
  }

  /** Back to the start: no scripts, an empty ledger, answers that wait at a gate go on. */
  reset(): void {
    this.#book.clear();
    this.#ledger.clear();
    this.#gates.clear();
  }

  /** Ends every connection at once and stops listening. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.options.port ?? 0, this.#host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const address = this.#server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  get #host(): string {
    return this.options.host ?? '127.0.0.1';
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    const route = routeRequest(request.method ?? '', request.url ?? '');
    const handled =
      route.target === 'control'
        ? readBody(request).then(({ bytes }) => handleControl(this, request, bytes, response))
        : this.#handler.handle(request, response, route);
    handled.catch((error: unknown) => {
      // A defect of the simulator itself: say so instead of leaving the client in the dark.
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`simulator failed: ${reason}\n`);
    });
  }
}

function providerPath(provider: string | undefined): string {
  return provider === undefined ? '' : `/p/${encodeURIComponent(provider)}`;
}
