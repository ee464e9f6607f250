import { request } from 'undici';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface ProviderAnswer {
  readonly status: number;
  readonly text: string;
}

/** No answer: refused, DNS, TLS, too slow, or too long. */
export class ProviderUnreachableError extends Error {
  constructor(host: string, options?: ErrorOptions) {
    super(`${host} does not answer`, options);
    this.name = 'ProviderUnreachableError';
  }
}

/** An answer that is not what the provider's documentation says, or an error; never with the body. */
export class ProviderAnswerError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** `error` or `code` of the body. */
    readonly code: string | undefined,
  ) {
    super(message);
    this.name = 'ProviderAnswerError';
  }
}

/**
 * One call to a provider, bounded in time and size; redirects are not followed. Any status is an answer.
 *
 * @throws ProviderUnreachableError
 */
export async function askProvider(
  url: string,
  options: {
    readonly method?: 'GET' | 'POST';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<ProviderAnswer> {
  try {
    const { statusCode, body } = await request(url, {
      method: options.method ?? 'GET',
      headers: { accept: 'application/json', 'user-agent': 'cc-switch', ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES) throw new RangeError(`an answer of more than ${MAX_ANSWER_BYTES} bytes`);
      chunks.push(chunk);
    }
    return { status: statusCode, text: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    throw new ProviderUnreachableError(new URL(url).host, { cause: error });
  }
}

/**
 * The JSON object of a good answer.
 *
 * @throws ProviderUnreachableError, ProviderAnswerError
 */
export async function askForObject(
  ...call: Parameters<typeof askProvider>
): Promise<Readonly<Record<string, unknown>>> {
  const { status, text } = await askProvider(...call);
  const body = parseObject(text);
  if (status < 200 || status > 299 || body === null) {
    throw new ProviderAnswerError('The provider refused', status, errorCode(body));
  }
  return body;
}

/** Null: not a JSON object. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    // An object by the check; its values stay unknown.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** RFC 6749's `error`, or Feishu's number. */
export function errorCode(body: Readonly<Record<string, unknown>> | null): string | undefined {
  const code = body?.['error'] ?? body?.['code'];
  return typeof code === 'number' || (typeof code === 'string' && /^[\w.-]{1,64}$/.test(code))
    ? String(code)
    : undefined;
}

type DataCallback = (error: { statusCode: number; data: string } | Error | null, data?: string) => void;

/**
 * Puts `askProvider` in the place of the `oauth` package's own requests: those wait for ever, take answers of any
 * length, and send access tokens in query strings.
 */
export function boundRequests(oauth2: object): void {
  const ask = (
    method: 'GET' | 'POST',
    url: string,
    headers: Readonly<Record<string, string>> | null,
    body: string | null,
    accessToken: string | null,
    callback: DataCallback,
  ): void => {
    const bearer: Record<string, string> =
      accessToken === null ? {} : { authorization: `Bearer ${accessToken}` };
    askProvider(url, {
      method,
      headers: { ...bearer, ...headers },
      ...(body === null || body === '' ? {} : { body }),
    }).then(
      ({ status, text }) =>
        status >= 200 && status <= 299 ? callback(null, text) : callback({ statusCode: status, data: text }),
      (error: Error) => callback(error),
    );
  };
  Object.assign(oauth2, { _request: ask });
}
