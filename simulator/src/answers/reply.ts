import type { Dialect, RawAnswer, ScriptedUsage } from '../scripts/script.js';

/** The smallest unit of delivery: one server-sent event, one raw chunk, or a whole body. */
export interface Frame {
  readonly bytes: Buffer;
  /** Tokens of model output in it, for pacing. */
  readonly tokens: number;
}

/** An answer, encoded; how it travels is the delivery's business. */
export interface Reply {
  readonly dialect: Dialect;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly frames: readonly Frame[];
  /** `whole`: with content-length. `stream`: chunked. `bare`: the frames are all the client gets. */
  readonly body: 'whole' | 'stream' | 'bare';
  readonly end: NonNullable<RawAnswer['end']>;
  /** What the answer says was used; `null` if it does not say. */
  readonly usage: ScriptedUsage | null;
}

export function jsonReply(
  dialect: Dialect,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Reply {
  return {
    dialect,
    status,
    headers: { 'content-type': 'application/json', ...headers },
    frames: [{ bytes: Buffer.from(JSON.stringify(body)), tokens: 0 }],
    body: 'whole',
    end: 'eof',
    usage: null,
  };
}
