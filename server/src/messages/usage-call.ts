import type { FastifyRequest } from 'fastify';
import type { Principal } from '../auth/principal.js';
import type { NewCall } from '../usage/usage-recorder.js';

/** What is recorded of a request before anything is known of its answer; its body may be anything. */
export function usageCall(request: FastifyRequest, principal: Principal, startedAt: number): NewCall {
  const body = typeof request.body === 'object' && request.body !== null ? request.body : {};
  const { model, stream, metadata } = body as Readonly<Record<string, unknown>>;
  return {
    id: request.id,
    principal,
    model,
    stream: stream === true,
    metadata,
    headers: request.headers,
    startedAt,
  };
}
