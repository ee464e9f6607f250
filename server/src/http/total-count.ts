import type { FastifyInstance } from 'fastify';

const HEADER = 'x-total-count';

/** Lists that are bare arrays tell in a header how many there are; a handler that cuts pages sets it itself. */
export function registerTotalCount(fastify: FastifyInstance): void {
  fastify.addHook('preSerialization', (_request, reply, payload, done) => {
    if (Array.isArray(payload) && !reply.hasHeader(HEADER)) reply.header(HEADER, payload.length);
    done(null, payload);
  });
}
