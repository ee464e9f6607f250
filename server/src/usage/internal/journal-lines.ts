import { crc32 } from 'node:zlib';
import { CALL_RECORD_VERSION, type CallOpening, type CallRecord, type TokenCounts } from '../call-record.js';

/** What is known of a call that is under way: its intent, and once events flow, its last checkpoint. */
export interface OpenState extends CallOpening {
  readonly version: typeof CALL_RECORD_VERSION;
  readonly provider: string;
  readonly apiFormat: string;
  readonly targetModel: string;
  readonly tier: string | null;
  readonly attempts: number;
  /** Null: no event has come. */
  readonly tokens: TokenCounts | null;
  readonly firstEventMs: number | null;
  /** Of this line, since the call began. */
  readonly elapsedMs: number;
}

/** How the whole lines of a segment end: `torn`: in a piece of a line, as a crash leaves it; `corrupt`: a line within is not what was written. */
export type Damage = 'none' | 'torn' | 'corrupt';

export interface SegmentContent {
  readonly finals: readonly CallRecord[];
  /** By request id, the latest of each; calls with a final record in this segment too. */
  readonly open: ReadonlyMap<string, OpenState>;
  readonly damage: Damage;
}

const LF = 0x0a;
const CRC_DIGITS = 8;
/** `<crc> <kind>` */
const HEADER_LENGTH = CRC_DIGITS + 2;

const NO_CRC = '0'.repeat(CRC_DIGITS);

/**
 * One line of a segment: CRC-32 in hex, a space, `O` (open) or `F` (final), JSON, a line feed.
 *
 * @param json of an `OpenState` or a `CallRecord`
 */
export function encodeLine(kind: 'O' | 'F', json: string): Buffer {
  const line = Buffer.from(`${NO_CRC} ${kind}${json}\n`);
  const crc = crc32(line.subarray(CRC_DIGITS + 1, line.length - 1));
  line.write(crc.toString(16).padStart(CRC_DIGITS, '0'), 'latin1');
  return line;
}

/**
 * Every whole line, whatever the others are. Never throws.
 *
 * @param only `finals`: the others are checked, and not read; most lines of a segment are
 */
export function readSegment(bytes: Buffer, only: 'finals' | 'all' = 'all'): SegmentContent {
  const finals: CallRecord[] = [];
  const open = new Map<string, OpenState>();
  let damage: Damage = 'none';
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LF, start);
    const isLast = end < 0 || end === bytes.length - 1;
    const line = end < 0 ? null : decodeLine(bytes.subarray(start, end), only);
    if (line === null) damage = isLast && damage === 'none' ? 'torn' : 'corrupt';
    else if (line.kind === 'F') finals.push(line.record);
    else if (line.state !== null) open.set(line.state.requestId, line.state);
    if (end < 0) break;
    start = end + 1;
  }
  return { finals, open, damage };
}

type Line =
  | { readonly kind: 'F'; readonly record: CallRecord }
  /** Null: nobody asked for it. */
  | { readonly kind: 'O'; readonly state: OpenState | null };

function decodeLine(line: Buffer, only: 'finals' | 'all'): Line | null {
  if (line.length <= HEADER_LENGTH || line[CRC_DIGITS] !== 0x20) return null;
  const crc = crc32(line.subarray(CRC_DIGITS + 1))
    .toString(16)
    .padStart(CRC_DIGITS, '0');
  if (line.toString('latin1', 0, CRC_DIGITS) !== crc) return null;
  const kind = String.fromCharCode(line[CRC_DIGITS + 1] ?? 0);
  if (kind === 'O' && only === 'finals') return { kind, state: null };
  const body = parse(line.toString('utf8', HEADER_LENGTH));
  if (!isOurs(body)) return null;
  // What has the right checksum was written by `encodeLine`.
  if (kind === 'F') return { kind, record: body as CallRecord };
  return kind === 'O' ? { kind, state: body as OpenState } : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A newer version's lines are not for this reader: their segment is set aside for one that knows them. */
function isOurs(body: unknown): boolean {
  return (
    typeof body === 'object' && body !== null && 'version' in body && body.version === CALL_RECORD_VERSION
  );
}
