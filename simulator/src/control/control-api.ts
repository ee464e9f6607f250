import type { IncomingMessage, ServerResponse } from 'node:http';
import { CONTROL_PREFIX } from '../calls/route.js';
import { anInteger, oneOf, ScriptError } from '../scripts/value-reader.js';
import type { LedgerFilter } from '../ledger/ledger.js';

/** What the control API rules: the simulator's own methods, which `simulator.ts` describes. */
export interface ControlledSimulator {
  state(): unknown;
  scripts(): readonly unknown[];
  addScripts(scripts: unknown): number;
  replaceScripts(scripts: unknown): number;
  ledger(filter: LedgerFilter): readonly unknown[];
  ledgerEntry(seq: number): unknown;
  clearLedger(): void;
  openGate(name: string): boolean;
  gatesWaiting(): Readonly<Record<string, number>>;
  reset(): void;
}

interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface Resource {
  readonly pattern: RegExp;
  /** Method -> what it does; the first group of the pattern is `name`. */
  readonly methods: Readonly<Record<string, (request: ControlRequest) => ControlAnswer>>;
}

interface ControlRequest {
  readonly simulator: ControlledSimulator;
  readonly name: string;
  readonly query: URLSearchParams;
  /** Parses the request's body as JSON when asked. */
  readonly json: () => unknown;
}

const ENDPOINTS = ['messages', 'count_tokens', 'models', 'alive', 'unknown'] as const;

const RESOURCES: readonly Resource[] = [
  { pattern: /^\/?$/, methods: { GET: () => ok({ resources: describeResources() }) } },
  { pattern: /^\/state$/, methods: { GET: ({ simulator }) => ok(simulator.state()) } },
  {
    pattern: /^\/scripts$/,
    methods: {
      GET: ({ simulator }) => ok({ scripts: simulator.scripts() }),
      POST: ({ simulator, json }) =>
        ok({ added: simulator.addScripts(json()), scripts: simulator.scripts() }),
      PUT: ({ simulator, json }) =>
        ok({ added: simulator.replaceScripts(json()), scripts: simulator.scripts() }),
      DELETE: ({ simulator }) => ok({ added: simulator.replaceScripts([]), scripts: [] }),
    },
  },
  {
    pattern: /^\/ledger$/,
    methods: {
      GET: ({ simulator, query }) => ok({ entries: simulator.ledger(readFilter(query)) }),
      DELETE: ({ simulator }) => {
        simulator.clearLedger();
        return ok({ entries: [] });
      },
    },
  },
  {
    pattern: /^\/ledger\/(\d+)$/,
    methods: {
      GET: ({ simulator, name }) => {
        const entry = simulator.ledgerEntry(Number(name));
        return entry === undefined ? failure(404, `the ledger has no entry ${name}`) : ok(entry);
      },
    },
  },
  { pattern: /^\/gates$/, methods: { GET: ({ simulator }) => ok({ waiting: simulator.gatesWaiting() }) } },
  {
    pattern: /^\/gates\/([^/]+)$/,
    methods: { POST: ({ simulator, name }) => ok({ wasWaiting: simulator.openGate(name) }) },
  },
  {
    pattern: /^\/reset$/,
    methods: {
      POST: ({ simulator }) => {
        simulator.reset();
        return ok(simulator.state());
      },
    },
  },
];

/** Answers a request under `/__sim`; `body` is the whole of it. */
export function handleControl(
  simulator: ControlledSimulator,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const answer = answerControl(simulator, request, body);
  const text = `${JSON.stringify(answer.body, null, 2)}\n`;
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
}

function answerControl(
  simulator: ControlledSimulator,
  request: IncomingMessage,
  body: Buffer,
): ControlAnswer {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const rest = path.slice(CONTROL_PREFIX.length);
  const resource = RESOURCES.find(({ pattern }) => pattern.test(rest));
  if (resource === undefined) {
    return failure(404, `nothing at ${path}; there are: ${describeResources().join(', ')}`);
  }
  const act = resource.methods[request.method ?? ''];
  if (act === undefined) {
    return failure(405, `${path} takes ${Object.keys(resource.methods).join(', ')}, not ${request.method}`);
  }
  try {
    const name = decodeURIComponent(resource.pattern.exec(rest)?.[1] ?? '');
    return act({ simulator, name, query: new URLSearchParams(query), json: () => parseJson(body) });
  } catch (error) {
    if (error instanceof ScriptError) return failure(400, error.message);
    if (error instanceof URIError) return failure(400, `${path} is not properly percent-encoded`);
    throw error;
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be parsed';
    throw new ScriptError('request body', `must be JSON: ${reason}`);
  }
}

function readFilter(query: URLSearchParams): LedgerFilter {
  const unknownKey = [...query.keys()].find(
    (key) => !['provider', 'endpoint', 'after', 'limit'].includes(key),
  );
  if (unknownKey !== undefined) {
    throw new ScriptError(
      'query',
      `unknown parameter "${unknownKey}"; known are provider, endpoint, after, limit`,
    );
  }
  const number = (key: string): number | undefined => {
    const text = query.get(key);
    return text === null ? undefined : anInteger(0)(text === '' ? text : Number(text), `query.${key}`);
  };
  const endpoint = query.get('endpoint');
  return {
    provider: query.get('provider') ?? undefined,
    endpoint: endpoint === null ? undefined : oneOf(...ENDPOINTS)(endpoint, 'query.endpoint'),
    after: number('after'),
    limit: number('limit'),
  };
}

function describeResources(): string[] {
  const written = [
    '/',
    '/state',
    '/scripts',
    '/ledger',
    '/ledger/<seq>',
    '/gates',
    '/gates/<name>',
    '/reset',
  ];
  return RESOURCES.map(
    ({ methods }, index) => `${Object.keys(methods).join('|')} ${CONTROL_PREFIX}${written[index] ?? ''}`,
  );
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function failure(status: number, message: string): ControlAnswer {
  return { status, body: { error: { message } } };
}
