import { STATUS_CODES } from 'node:http';
import { ValidationFailedError, VersionConflictError } from '../errors/caller-errors.js';
import type { GatewayError } from '../errors/gateway-error.js';

/** An RFC 9457 problem document of the admin API; `detail` stands for the original's error shape as well. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly request_id: string;
  readonly errors?: ValidationFailedError['errors'];
  /** The object as it is now, when a write named an older version. */
  readonly current?: object;
}

export function toProblem(error: GatewayError, requestId: string): Problem {
  const problem: Problem = {
    type: 'about:blank',
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
  };
  if (error instanceof ValidationFailedError) return { ...problem, errors: error.errors };
  return error instanceof VersionConflictError ? { ...problem, current: error.current } : problem;
}
