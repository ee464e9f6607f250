import type { CallOpening } from '../call-record.js';

/** A call as the data plane knows it when it begins. */
export interface NewCall {
  /** `req_` and a UUIDv7. */
  readonly id: string;
  readonly principal: { readonly userId: number; readonly keyId: number | null };
  /** As the client wrote it. */
  readonly model: unknown;
  readonly stream: boolean;
  /** `metadata` of the request. */
  readonly metadata: unknown;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** By `performance.now()`. */
  readonly startedAt: number;
}

const ID_PREFIX = 'req_';
const MAX_TEXT = 200;

export function openingOf(call: NewCall): CallOpening {
  const session = header(call, 'x-claude-code-session-id') ?? sessionInMetadata(call.metadata);
  const client = header(call, 'user-agent');
  return {
    requestId: call.id.slice(ID_PREFIX.length),
    userId: call.principal.userId,
    keyId: call.principal.keyId,
    requestedModel: typeof call.model === 'string' ? cleanText(call.model) : '',
    stream: call.stream,
    sessionId: session === null ? null : cleanText(session),
    client: client === null ? null : cleanText(client.split(' ', 1)[0] ?? ''),
  };
}

/** Bounded, and without what PostgreSQL cannot store as text: NUL and halves of surrogate pairs. */
function cleanText(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll('\0', '').toWellFormed();
}

function header({ headers }: NewCall, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Claude Code puts its session into the text of `metadata.user_id`: JSON, or `…_session_<id>` in older versions. */
function sessionInMetadata(metadata: unknown): string | null {
  const userId = property(metadata, 'user_id');
  if (typeof userId !== 'string') return null;
  if (!userId.startsWith('{')) return /_session_([\w-]+)$/.exec(userId)?.[1] ?? null;
  const session = property(parse(userId), 'session_id');
  return typeof session === 'string' && session !== '' ? session : null;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
