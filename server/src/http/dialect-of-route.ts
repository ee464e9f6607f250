/**
 * Whether a path belongs to the data plane, whose errors are Anthropic's; all others are problem documents.
 * It decides only how an answer looks, never who may have it.
 */
export function isDataPlane(path: string | undefined): boolean {
  return path !== undefined && (path === '/v1' || path.startsWith('/v1/'));
}
