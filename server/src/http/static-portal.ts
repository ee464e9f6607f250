import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentSecurityPolicy } from './security-headers.js';

const HASHED_FILE = /-[\w-]{8}\.(?:js|css|woff2|svg|png)$/;
const NONCE_PLACEHOLDER = /__CSP_NONCE__/g;
/** First path segments that are never a page of the portal: unknown paths below them are 404s. */
const NOT_PAGES = /^\/(?:api|v1|oauth|health|docs|metrics)(?:\/|\?|$)/;

/**
 * Serves the built portal: hashed files for ever, the page itself fresh and with a new style nonce each time,
 * for every path that is no file and no API. Files are listed at start; a new build wants a restart.
 *
 * @returns false when there is no build to serve
 */
export async function registerPortal(fastify: FastifyInstance, directory: string): Promise<boolean> {
  const index = join(directory, 'index.html');
  if (!existsSync(index)) return false;
  const page = readFileSync(index, 'utf8');
  await fastify.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    index: false,
    cacheControl: false,
    preCompressed: true,
    globIgnore: ['index.html', '**/*.br', '**/*.gz'],
    setHeaders: (reply, path) => {
      const file = path.replace(/\.(?:br|gz)$/, '');
      reply.header(
        'cache-control',
        HASHED_FILE.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  fastify.get('/*', (request, reply) => {
    if (NOT_PAGES.test(request.url) || /\.[a-z0-9]{1,8}$/i.test(request.url.split('?', 1)[0] ?? '')) {
      reply.callNotFound();
      return reply;
    }
    return sendPage(reply, page);
  });
  return true;
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .header('content-security-policy', contentSecurityPolicy(nonce))
    .header('cache-control', 'no-cache')
    .type('text/html; charset=utf-8')
    .send(page.replace(NONCE_PLACEHOLDER, nonce));
}
