import { isRecord, type JsonRecord } from '../json-record.js';

/** What a provider's error body says, whatever its shape. */
export interface ErrorFacts {
  /** The provider's own words, not yet cleaned; '' when it has none. */
  readonly message: string;
  /** No field of a JSON body but the body itself was taken for the message. */
  readonly plainText: boolean;
  /** Type, code, status and message in lower case: where the words of section 4 are looked for. */
  readonly words: string;
  /** The first of its codes that is an HTTP error status. */
  readonly status: number | null;
  /** MiniMax's own code, 0 when there is none. */
  readonly miniMaxCode: number;
  /** llama.cpp tells the numbers apart from the words. */
  readonly promptTokens: number | null;
  readonly contextTokens: number | null;
  /** Google's RetryInfo, `37s`. */
  readonly retryDelay: string | null;
}

/** Bodies within bodies: routers and proxies wrap the words of the provider behind them. */
const MAX_DEPTH = 3;

/** Reads the text of an error answer: JSON, an event stream with one JSON event, or words (specification E2). */
export function readErrorText(text: string): ErrorFacts {
  const body = parseBody(text);
  return readErrorBody(body === undefined ? text : body);
}

/** Reads an error body that is parsed already; a string is taken for plain text. */
export function readErrorBody(body: unknown): ErrorFacts {
  return readAtDepth(body, 0);
}

function readAtDepth(body: unknown, depth: number): ErrorFacts {
  const root = Array.isArray(body) ? (body.find(isRecord) ?? {}) : body;
  if (!isRecord(root)) {
    const message = typeof root === 'string' ? root : '';
    return { ...NO_FACTS, message, plainText: true, words: message.toLowerCase() };
  }
  const error = errorObjectOf(root);
  const wrapped = depth < MAX_DEPTH ? wrappedFacts(error, depth) : null;
  const own = messageOf(root);
  const message = wrapped === null ? own : mergeMessages(own, wrapped.message);
  const codes = [error['type'], error['code'], error['status'], root['type'], root['code'], root['status']];
  return {
    message,
    plainText: false,
    words: [...codes, message, wrapped?.words]
      .filter((part) => typeof part === 'string' || typeof part === 'number')
      .join('\n')
      .toLowerCase(),
    status: httpStatusAmong(
      error['code'],
      error['status'],
      error['status_code'],
      root['code'],
      root['status'],
    ),
    miniMaxCode: toNumber(memberOf(root['base_resp'], 'status_code')) ?? 0,
    promptTokens: toNumber(error['n_prompt_tokens']),
    contextTokens: toNumber(error['n_ctx']),
    retryDelay: retryDelayOf(error['details']),
  };
}

const NO_FACTS: ErrorFacts = {
  message: '',
  plainText: false,
  words: '',
  status: null,
  miniMaxCode: 0,
  promptTokens: null,
  contextTokens: null,
  retryDelay: null,
};

function parseBody(text: string): unknown {
  const json = parseJson(text);
  if (json !== undefined) return json;
  // DashScope answers a streaming request with one event even when it refuses it.
  const data = /^data: ?([{[].*)$/m.exec(text)?.[1];
  return data === undefined ? undefined : parseJson(data);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Words or a web page, not JSON.
  }
}

/** The object that holds code and type: `error`, ModelScope's `errors` (an object or a list), or the body. */
function errorObjectOf(root: JsonRecord): JsonRecord {
  for (const candidate of [root['error'], root['errors'], root['detail']]) {
    const value: unknown = Array.isArray(candidate) ? candidate[0] : candidate;
    if (isRecord(value)) return value;
  }
  return root;
}

/** In the order of specification E2. */
function messageOf(root: JsonRecord): string {
  const errors: unknown = Array.isArray(root['errors']) ? root['errors'][0] : root['errors'];
  const candidates = [
    memberOf(root['error'], 'message'),
    root['error'],
    memberOf(errors, 'message'),
    errors,
    root['message'],
    memberOf(root['detail'], 'message'),
    detailOf(root['detail']),
    memberOf(root['base_resp'], 'status_msg'),
    memberOf(root['error'], 'msg'),
    root['msg'],
    // Better a code than nothing.
    memberOf(root['error'], 'code'),
    memberOf(root['error'], 'status'),
    memberOf(root['error'], 'type'),
  ];
  for (const candidate of candidates) {
    if (typeof candidate === 'string' && candidate.trim() !== '') return candidate;
  }
  return '';
}

function memberOf(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

/** FastAPI: a string, or a list of places and what is wrong there. */
function detailOf(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail;
  return detail
    .filter(isRecord)
    .slice(0, 5)
    .map(({ loc, msg }) => {
      const place = Array.isArray(loc) ? loc.filter((part) => typeof part !== 'object').join('.') : '';
      const problem = typeof msg === 'string' ? msg : '';
      return place === '' || problem === '' ? place + problem : `${place}: ${problem}`;
    })
    .filter((line) => line !== '')
    .join('; ');
}

/** OpenRouter puts the provider's answer into `metadata.raw`, others put it into the message. */
function wrappedFacts(error: JsonRecord, depth: number): ErrorFacts | null {
  for (const candidate of [error['message'], memberOf(error['metadata'], 'raw')]) {
    const body =
      typeof candidate === 'string' && /^\s*[{[]/.test(candidate) ? parseJson(candidate) : candidate;
    if (!isRecord(body) && !Array.isArray(body)) continue;
    const facts = readAtDepth(body, depth + 1);
    if (facts.message !== '') return facts;
  }
  return null;
}

function mergeMessages(own: string, wrapped: string): string {
  if (own === '' || /^\s*[{[]/.test(own)) return wrapped;
  return own.includes(wrapped) ? own : `${own}: ${wrapped}`;
}

function httpStatusAmong(...candidates: readonly unknown[]): number | null {
  for (const candidate of candidates) {
    const status = toNumber(candidate);
    if (status !== null && Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return null;
}

function toNumber(value: unknown): number | null {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : null;
}

function retryDelayOf(details: unknown): string | null {
  if (!Array.isArray(details)) return null;
  for (const detail of details) {
    const delay = memberOf(detail, 'retryDelay');
    if (typeof delay === 'string') return delay;
  }
  return null;
}
