const NOWHERE = 'http://ccs.invalid';
const MAX_LENGTH = 2000;
/** Not pages; and the sign-in page itself, which would only send on again. */
const NOT_PAGES = /^\/(?:api|v1|oauth|login)(?:[/?#]|$)/i;

/**
 * Where to go afterwards: a path of this site, parsed as a browser parses it and written anew, so that nothing is left
 * that could be read as another site. Anything else is the home page.
 */
export function nextPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > MAX_LENGTH || !/^\/(?![/\\])/.test(wanted)) return '/';
  if (!URL.canParse(wanted, NOWHERE)) return '/';
  const url = new URL(wanted, NOWHERE);
  const path = url.pathname + url.search + url.hash;
  // `/.//host` is `//host` once its dots are gone.
  const safe = url.origin === NOWHERE && /^\/(?![/\\])/.test(path) && !NOT_PAGES.test(path);
  return safe ? path : '/';
}

/** The path with parameters added to its query, in place of those of the same name. */
export function withParameters(path: string, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(path, NOWHERE);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.pathname + url.search + url.hash;
}
