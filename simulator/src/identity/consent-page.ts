import type { CodeBook } from './code-book.js';
import type { IdentityAnswer, IdentityRequest, People, RegisteredClient } from './exchange.js';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

/**
 * The page a provider shows: a button for each person, and one to say no. The decision comes back to the same path with
 * `decision`; the answer to it leads to the redirect URI.
 */
export function consentPage(
  request: IdentityRequest,
  client: RegisteredClient,
  codes: CodeBook,
  people: People,
): IdentityAnswer {
  const { query } = request;
  const problem = problemOf(query, client);
  if (problem !== null) return { status: 400, headers: HTML, body: `<h1>${problem}</h1>` };
  const decision = query.get('decision');
  if (decision === null) return page(query, people);
  const target = new URL(query.get('redirect_uri') ?? '');
  const person = people.get(decision);
  if (person === undefined) target.searchParams.set('error', 'access_denied');
  else {
    const code = codes.issue({
      person,
      redirectUri: target.href,
      scope: query.get('scope') ?? '',
      challenge: query.get('code_challenge') ?? '',
    });
    target.searchParams.set('code', code);
  }
  target.searchParams.set('state', query.get('state') ?? '');
  return { status: 302, headers: { location: target.href }, body: '' };
}

function problemOf(query: URLSearchParams, client: RegisteredClient): string | null {
  if (query.get('client_id') !== client.id) return 'unknown client_id';
  if (query.get('response_type') !== 'code') return 'response_type must be code';
  if (!URL.canParse(query.get('redirect_uri') ?? '')) return 'redirect_uri is missing';
  if ((query.get('state') ?? '') === '') return 'state is missing';
  if (query.get('code_challenge_method') !== 'S256' || query.get('code_challenge') === null) {
    return 'code_challenge is missing';
  }
  return null;
}

function page(query: URLSearchParams, people: People): IdentityAnswer {
  const hidden = [...query].map(([name, value]) => input(name, value)).join('');
  const buttons = ['cancel', ...people.keys()]
    .map((login) => `<button name="decision" value="${escape(login)}">${escape(login)}</button>`)
    .join(' ');
  const body = `<!doctype html><title>Sign in</title><h1>Who are you?</h1><form>${hidden}${buttons}</form>`;
  return { status: 200, headers: HTML, body };
}

function input(name: string, value: string): string {
  return `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
