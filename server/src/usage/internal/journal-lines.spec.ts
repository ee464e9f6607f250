import { describe, expect, it } from '@jest/globals';
import { callRecord } from '../../../test/support/usage-records.js';
import { encodeLine, readFinalLines, readSegment, type OpenState } from './journal-lines.js';

const lineOf = (kind: 'O' | 'F', body: object): Buffer => Buffer.from(encodeLine(kind, JSON.stringify(body)));

const open: OpenState = {
  version: 1,
  requestId: '019aa000-0000-7000-8000-0000000000aa',
  userId: 1,
  keyId: 2,
  requestedModel: 'm',
  stream: true,
  sessionId: null,
  client: null,
  provider: 'p',
  apiFormat: 'openai',
  targetModel: 't',
  tier: 'big',
  attempts: 1,
  tokens: null,
  firstEventMs: null,
  elapsedMs: 3,
};
const records = [
  callRecord({ requestedModel: 'ünïcode "quoted"\nline' }),
  callRecord({ losses: ['top_k_dropped'] }),
];
const lines = [lineOf('O', open), ...records.map((record) => lineOf('F', record))];
const whole = Buffer.concat(lines);
const ends = lines.map((_, index) => Buffer.concat(lines.slice(0, index + 1)).length);

describe('a segment of the journal', () => {
  it('gives back what was written', () => {
    expect(readSegment(whole)).toEqual({
      finals: records,
      open: new Map([[open.requestId, open]]),
      damage: 'none',
    });
    expect(readSegment(Buffer.alloc(0))).toEqual({ finals: [], open: new Map(), damage: 'none' });
  });

  it('can be asked for its records alone', () => {
    const finals = records.map((record) => JSON.stringify(record));
    expect(readFinalLines(whole)).toEqual({ finals, damage: 'none' });
    const bytes = Buffer.from(whole);
    bytes.write('x', 20);
    expect(readFinalLines(bytes)).toEqual({ finals, damage: 'corrupt' });
  });

  it('keeps the latest open line of a call', () => {
    const later = { ...open, elapsedMs: 250 };
    const content = readSegment(Buffer.concat([lineOf('O', open), lineOf('O', later)]));
    expect(content.open.get(open.requestId)).toEqual(later);
  });

  it('gives every whole line when it is cut off at any byte', () => {
    for (let length = 0; length <= whole.length; length += 1) {
      const { finals, damage } = readSegment(whole.subarray(0, length));
      const wholeLines = ends.filter((end) => end <= length).length;
      expect([length, finals.length]).toEqual([length, Math.max(0, wholeLines - 1)]);
      expect(damage).toBe(length === 0 || ends.includes(length) ? 'none' : 'torn');
    }
  });

  it('never takes a line with a flipped bit, and keeps the others', () => {
    for (let at = 0; at < whole.length; at += 11) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      const { finals, open: states, damage } = readSegment(bytes);
      expect(damage).not.toBe('none');
      const read = [...finals, ...states.values()];
      // A flipped line feed makes one line of two.
      expect(read.length).toBeGreaterThanOrEqual(1);
      const known = new Set([open, ...records].map((each) => JSON.stringify(each)));
      expect(read.filter((each) => !known.has(JSON.stringify(each)))).toEqual([]);
    }
  });

  it('calls damage before the last line corrupt', () => {
    const bytes = Buffer.from(whole);
    bytes.write('x', (ends[0] ?? 0) + 20);
    expect(readSegment(bytes)).toMatchObject({ finals: [records[1]], damage: 'corrupt' });
  });

  it('leaves lines of a newer version to those who know it', () => {
    const newer = { ...callRecord(), version: 99 };
    expect(readSegment(Buffer.concat([lineOf('F', newer), ...lines]))).toMatchObject({
      finals: records,
      damage: 'corrupt',
    });
  });

  it('takes no line that is not JSON for one, whatever its checksum', () => {
    const broken = Buffer.from(encodeLine('F', '{"version":1,"requestId":'));
    expect(readSegment(Buffer.concat([broken, ...lines]))).toMatchObject({
      finals: records,
      damage: 'corrupt',
    });
  });
});
