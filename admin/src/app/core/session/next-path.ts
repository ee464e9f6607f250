/**
 * Where to go after signing in: a path of this site, or the home page. Browsers read `//host` and `/\host` as
 * another site, so neither may begin the path.
 */
export function nextPath(wanted: string | null | undefined): string {
  if (wanted === null || wanted === undefined || !/^\/(?![/\\])/.test(wanted)) return '/';
  return /^\/login(?:[?#/]|$)/.test(wanted) ? '/' : wanted;
}
