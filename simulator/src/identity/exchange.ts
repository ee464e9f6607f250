import type { CodeBook } from './code-book.js';
import type { Person } from './person.js';

export interface IdentityRequest {
  readonly method: string;
  /** Without the provider's prefix. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface IdentityAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What this installation registered at each provider. */
export interface RegisteredClient {
  readonly id: string;
  readonly secret: string;
}

/** What a provider is made of, apart from its own shapes. */
export interface ProviderParts {
  readonly codes: CodeBook;
  readonly client: RegisteredClient;
}

/** One provider's paths and shapes. */
export interface IdentityProvider {
  readonly authorizePath: string;
  /** Answers everything but the consent page. Undefined: no such path. */
  answer(request: IdentityRequest): IdentityAnswer | undefined;
}

/** The people of a consent page, by login. */
export type People = ReadonlyMap<string, Person>;

export function json(status: number, body: unknown): IdentityAnswer {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers, body: JSON.stringify(body) };
}

export function form(fields: Readonly<Record<string, string>>): IdentityAnswer {
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  return { status: 200, headers, body: new URLSearchParams(fields).toString() };
}

export function header({ headers }: IdentityRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
