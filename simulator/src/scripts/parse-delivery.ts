import {
  aHeaderMap,
  aNumber,
  anInteger,
  aString,
  isRecord,
  listOf,
  ObjectReader,
  oneOf,
  ScriptError,
  type Parser,
} from './value-reader.js';
import type { Delivery, Fault, FaultPoint, Gate, RawChunk } from './script.js';

export const parseDelivery: Parser<Delivery> = (value, path) => {
  const fields = new ObjectReader(value, path, [
    'headersAfterMs',
    'firstFrameAfterMs',
    'betweenFramesMs',
    'tokensPerSecond',
    'jitterMs',
    'framesPerWrite',
    'bytesPerWrite',
    'gates',
    'fault',
    'encoding',
    'connection',
    'headers',
  ]);
  return {
    headersAfterMs: fields.read('headersAfterMs', aNumber(0)),
    firstFrameAfterMs: fields.read('firstFrameAfterMs', aNumber(0)),
    betweenFramesMs: fields.read('betweenFramesMs', aNumber(0)),
    tokensPerSecond: fields.read('tokensPerSecond', aNumber(0.001)),
    jitterMs: fields.read('jitterMs', aNumber(0)),
    framesPerWrite: fields.read('framesPerWrite', anInteger(1)),
    bytesPerWrite: fields.read('bytesPerWrite', anInteger(1)),
    gates: fields.read('gates', listOf(parseGate)),
    fault: fields.read('fault', parseFault),
    encoding: fields.read('encoding', oneOf('gzip', 'br', 'deflate', 'zstd')),
    connection: fields.read('connection', oneOf('close', 'silent_close')),
    headers: fields.read('headers', aHeaderMap),
  };
};

export const parseRawChunk: Parser<RawChunk> = (value, path) => {
  if (typeof value === 'string') return value;
  const fields = new ObjectReader(value, path, ['b64']);
  return { b64: fields.require('b64', aString) };
};

const parseGate: Parser<Gate> = (value, path) => {
  const fields = new ObjectReader(value, path, ['afterFrame', 'name']);
  return { afterFrame: fields.require('afterFrame', anInteger(0)), name: fields.require('name', aString) };
};

const parseFault: Parser<Fault> = (value, path) => {
  if (!isRecord(value)) throw new ScriptError(path, 'must be an object with "kind"');
  const kind = oneOf('hang', 'cut', 'reset', 'error', 'garbage', 'malformed')(value['kind'], `${path}.kind`);
  switch (kind) {
    case 'hang':
    case 'cut':
    case 'reset':
      return { kind, at: new ObjectReader(value, path, ['kind', 'at']).require('at', parseFaultPoint) };
    case 'error': {
      const fields = new ObjectReader(value, path, ['kind', 'afterFrame', 'body']);
      return { kind, afterFrame: fields.require('afterFrame', anInteger(0)), body: fields.raw('body') };
    }
    case 'garbage': {
      const fields = new ObjectReader(value, path, ['kind', 'afterFrame', 'bytes']);
      return {
        kind,
        afterFrame: fields.require('afterFrame', anInteger(0)),
        bytes: fields.read('bytes', parseRawChunk),
      };
    }
    case 'malformed':
      return { kind, frame: new ObjectReader(value, path, ['kind', 'frame']).require('frame', anInteger(0)) };
    default:
      return kind satisfies never;
  }
};

const parseFaultPoint: Parser<FaultPoint> = (value, path) => {
  if (value === 'before_headers') return value;
  const fields = new ObjectReader(value, path, ['afterFrame', 'afterByte']);
  const afterFrame = fields.read('afterFrame', anInteger(0));
  const afterByte = fields.read('afterByte', anInteger(0));
  if (afterFrame !== undefined && afterByte === undefined) return { afterFrame };
  if (afterByte !== undefined && afterFrame === undefined) return { afterByte };
  throw new ScriptError(path, 'must be "before_headers", {"afterFrame": n} or {"afterByte": n}');
};
