import { HttpErrorResponse } from '@angular/common/http';

/** A field the server refused: `pointer` is a JSON pointer into the request body. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/**
 * What went wrong with a call, ready to be put into words: `code` is the server's stable code, or
 * `unreachable` when no answer came, or `unexpected` when the answer was no problem document.
 */
export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly fields: readonly FieldProblem[];
}

/** Reads a failed HttpClient call: RFC 9457 problem documents, else the bare status. */
export function toProblem(error: unknown): Problem {
  if (!(error instanceof HttpErrorResponse)) return problem('unexpected', messageOf(error));
  if (error.status === 0) return problem('unreachable', '');
  const body: unknown = error.error;
  const retryAfter = Number(error.headers.get('retry-after'));
  return {
    code: text(body, 'code') ?? 'unexpected',
    detail: text(body, 'detail') ?? `${error.status} ${error.statusText}`.trim(),
    requestId: text(body, 'request_id') ?? error.headers.get('request-id'),
    retryAfterSeconds: retryAfter > 0 ? retryAfter : null,
    fields: fieldProblems(body),
  };
}

function problem(code: string, detail: string): Problem {
  return { code, detail, requestId: null, retryAfterSeconds: null, fields: [] };
}

function fieldProblems(body: unknown): FieldProblem[] {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors))
    return [];
  return body.errors.flatMap((entry: unknown) => {
    const pointer = text(entry, 'pointer');
    if (pointer === null) return [];
    return [{ pointer, code: text(entry, 'code') ?? '', detail: text(entry, 'detail') ?? '' }];
  });
}

function text(body: unknown, key: string): string | null {
  if (typeof body !== 'object' || body === null || !(key in body)) return null;
  const value: unknown = Reflect.get(body, key);
  return typeof value === 'string' && value !== '' ? value : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
