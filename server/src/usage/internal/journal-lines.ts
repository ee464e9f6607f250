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

/** The final lines of a segment, a `CallRecord` as JSON each. */
export interface FinalLines {
  readonly finals: readonly string[];
  readonly damage: Damage;
}

const LF = 0x0a;
const CRC_DIGITS = 8;
/** `<crc> <kind>` */
const HEADER_LENGTH = CRC_DIGITS + 2;

/** How the JSON of every line begins. A newer version's lines are for a reader that knows them. */
const BEGINNING = `{"version":${CALL_RECORD_VERSION},`;

/**
 * One line of a segment: CRC-32 in hex, a space, `O` (open) or `F` (final), JSON, a line feed.
 *
 * @param json of an `OpenState` or a `CallRecord`, the version first
 */
export function encodeLine(kind: 'O' | 'F', json: string): string {
  const checked = kind + json;
  return `${crcOf(checked)} ${checked}\n`;
}

/** Every whole line, whatever the others are. Never throws. */
export function readSegment(bytes: Buffer): SegmentContent {
  const finals: CallRecord[] = [];
  const open = new Map<string, OpenState>();
  const damage = readLines(bytes, (kind, json) => {
    const body = parse(json);
    if (body === null) return false;
    // What has the right checksum was written by `encodeLine`.
    if (kind === 'F') finals.push(body as CallRecord);
    else open.set((body as OpenState).requestId, body as OpenState);
    return true;
  });
  return { finals, open, damage };
}

/** The same of the records alone, which are not parsed: to bring them somewhere they need not be understood. */
export function readFinalLines(bytes: Buffer): FinalLines {
  const finals: string[] = [];
  const damage = readLines(bytes, (kind, json) => {
    if (kind === 'F') finals.push(json);
    return true;
  });
  return { finals, damage };
}

/** @param take false: it is damaged after all */
function readLines(bytes: Buffer, take: (kind: 'O' | 'F', json: string) => boolean): Damage {
  let damage: Damage = 'none';
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LF, start);
    const isLast = end < 0 || end === bytes.length - 1;
    const line = end < 0 ? null : bytes.subarray(start, end);
    const kind = line === null ? null : kindOf(line);
    const taken = line !== null && kind !== null && take(kind, line.toString('utf8', HEADER_LENGTH));
    if (!taken) damage = isLast && damage === 'none' ? 'torn' : 'corrupt';
    if (end < 0) break;
    start = end + 1;
  }
  return damage;
}

/** Null: it is not a line of this version, as it was written. */
function kindOf(line: Buffer): 'O' | 'F' | null {
  if (line.length <= HEADER_LENGTH || line[CRC_DIGITS] !== 0x20) return null;
  if (line.toString('latin1', 0, CRC_DIGITS) !== crcOf(line.subarray(CRC_DIGITS + 1))) return null;
  if (line.toString('latin1', HEADER_LENGTH, HEADER_LENGTH + BEGINNING.length) !== BEGINNING) return null;
  const kind = String.fromCharCode(line[CRC_DIGITS + 1] ?? 0);
  return kind === 'F' || kind === 'O' ? kind : null;
}

/** @param checked text as UTF-8 */
const crcOf = (checked: string | Buffer): string => crc32(checked).toString(16).padStart(CRC_DIGITS, '0');

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
