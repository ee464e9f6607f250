import type { FastifyInstance, FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import {
  InvalidRequestError,
  MalformedJsonError,
  RequestTooLargeError,
  UnsupportedMediaTypeError,
} from '../errors/caller-errors.js';
import { isDataPlane } from './dialect-of-route.js';
import { KeptTools } from './kept-tools.js';
import { readBody } from './read-body.js';

/** The limit of the Anthropic API; it holds after decoding, too. */
export const DATA_PLANE_BODY_LIMIT_BYTES = 32 * 1024 * 1024;
export const ADMIN_BODY_LIMIT_BYTES = 1024 * 1024;
/** Questions of the chat page have pictures and documents, as those of the data plane. */
const QUESTION_PATH = /^\/api\/conversations\/:id\/messages(\/:mid(\/branch)?)?$/;

declare module 'fastify' {
  interface FastifyRequest {
    /** The decoded bytes of a JSON body; pass-through sends them on. */
    rawBody?: Buffer | undefined;
  }
}

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const;

/**
 * JSON bodies, compressed or not. `JSON.parse` on the bytes, on the data plane but for tools that came before, without
 * Fastify's scan for `__proto__`: there nothing merges or copies a parsed body key by key; admin bodies refuse such
 * keys here.
 */
export function registerBodyParser(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const large = isDataPlane(route.url) || QUESTION_PATH.test(route.url);
    route.bodyLimit = large ? DATA_PLANE_BODY_LIMIT_BYTES : ADMIN_BODY_LIMIT_BYTES;
  });
  fastify.removeAllContentTypeParsers();
  const keptTools = new KeptTools();
  const parseCall: ParseJson = (body) => keptTools.parse(body);
  fastify.addContentTypeParser('application/json', (request, payload, done) => {
    const { bodyLimit, url } = request.routeOptions;
    const parseJson = isDataPlane(url) ? parseCall : parseAdmin;
    readBody(payload, bodyLimit, (error, body) => {
      if (error !== null) {
        done(error);
        return;
      }
      const encoding = request.headers['content-encoding'];
      if (encoding === undefined || encoding === 'identity') {
        parseInto(request, body, parseJson, done);
        return;
      }
      decode(encoding, body).then(
        (decoded) => parseInto(request, decoded, parseJson, done),
        (failure: unknown) => done(failure as Error),
      );
    });
  });
  // Anything else is refused in words, also when it has no body limit of its own to run into.
  fastify.addContentTypeParser('*', (request, _payload, done) =>
    done(new UnsupportedMediaTypeError(request.headers['content-type'])),
  );
}

/** Throws a SyntaxError for what is no JSON. */
type ParseJson = (body: Buffer) => unknown;

const parseAdmin: ParseJson = (body) => JSON.parse(body.toString('utf8'), refusePrototypeKeys) as unknown;

function parseInto(
  request: FastifyRequest,
  body: Buffer,
  parseJson: ParseJson,
  done: (error: Error | null, parsed?: unknown) => void,
): void {
  request.rawBody = body;
  let parsed: unknown;
  try {
    parsed = parse(body, parseJson);
  } catch (error) {
    done(error as Error);
    return;
  }
  done(null, parsed);
}

function parse(body: Buffer, parseJson: ParseJson): unknown {
  if (body.length === 0) throw new MalformedJsonError('it is empty');
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof InvalidRequestError) throw error;
    throw new MalformedJsonError(error instanceof Error ? error.message : 'unreadable');
  }
}

function refusePrototypeKeys(key: string, value: unknown): unknown {
  if (key === '__proto__' || key === 'constructor')
    throw new InvalidRequestError(key, 'this key is not allowed');
  return value;
}

async function decode(encoding: string, body: Buffer): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (!Object.hasOwn(DECODERS, name)) {
    throw new InvalidRequestError(
      'content-encoding',
      `'${name.slice(0, 40)}' is not supported; use gzip, deflate, br or zstd`,
    );
  }
  try {
    return await DECODERS[name as keyof typeof DECODERS](body, {
      maxOutputLength: DATA_PLANE_BODY_LIMIT_BYTES,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new RequestTooLargeError(DATA_PLANE_BODY_LIMIT_BYTES);
    throw new InvalidRequestError('content-encoding', `the body is not valid ${name}`);
  }
}
