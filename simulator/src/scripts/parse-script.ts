import {
  aBoolean,
  aHeaderMap,
  anInteger,
  aString,
  isRecord,
  listOf,
  ObjectReader,
  oneOf,
  ScriptError,
  type Parser,
} from './value-reader.js';
import { parseDelivery, parseRawChunk } from './parse-delivery.js';
import type {
  Answer,
  ContentPart,
  LeafAnswer,
  Match,
  MessageAnswer,
  RawAnswer,
  Script,
  ScriptedUsage,
  StatusAnswer,
} from './script.js';

/** One script or a list of them, as JSON. Throws `ScriptError` that names the place and what would be right. */
export function parseScripts(value: unknown): Script[] {
  return Array.isArray(value)
    ? value.map((item: unknown, index) => parseScript(item, `scripts[${index}]`))
    : [parseScript(value, 'script')];
}

const parseScript: Parser<Script> = (value, path) => {
  const fields = new ObjectReader(value, path, ['name', 'standing', 'times', 'match', 'answer', 'delivery']);
  const script = {
    name: fields.read('name', aString),
    standing: fields.read('standing', aBoolean),
    times: fields.read('times', anInteger(1)),
    match: fields.read('match', parseMatch),
    answer: fields.require('answer', parseAnswer),
    delivery: fields.read('delivery', parseDelivery),
  };
  if (script.standing === true && script.times !== undefined) {
    throw new ScriptError(path, '"times" is for queued scripts; a standing one is never used up');
  }
  return script;
};

const parseMatch: Parser<Match> = (value, path) => {
  const fields = new ObjectReader(value, path, [
    'provider',
    'dialect',
    'endpoint',
    'model',
    'stream',
    'userText',
    'toolResults',
  ]);
  return {
    provider: fields.read('provider', aString),
    dialect: fields.read('dialect', oneOf('openai', 'anthropic')),
    endpoint: fields.read('endpoint', oneOf('messages', 'count_tokens', 'models')),
    model: fields.read('model', aString),
    stream: fields.read('stream', aBoolean),
    userText: fields.read('userText', aString),
    toolResults: fields.read('toolResults', aBoolean),
  };
};

const ANSWER_KINDS = ['message', 'steps', 'status', 'raw', 'assistant'] as const;

function readKind(value: unknown, path: string): (typeof ANSWER_KINDS)[number] {
  if (!isRecord(value)) throw new ScriptError(path, 'must be a text or an object with "kind"');
  return oneOf(...ANSWER_KINDS)(value['kind'], `${path}.kind`);
}

const parseAnswer: Parser<Answer | string> = (value, path) => {
  if (typeof value === 'string') return value;
  if (readKind(value, path) !== 'steps') return parseLeafAnswer(value, path);
  const fields = new ObjectReader(value, path, ['kind', 'steps']);
  const steps = fields.require('steps', listOf(parseStep));
  if (steps.length === 0) throw new ScriptError(`${path}.steps`, 'must have at least one step');
  return { kind: 'steps', steps };
};

const parseStep: Parser<LeafAnswer | string> = (value, path) =>
  typeof value === 'string' ? value : parseLeafAnswer(value, path);

const parseLeafAnswer: Parser<LeafAnswer> = (value, path) => {
  const kind = readKind(value, path);
  switch (kind) {
    case 'message':
      return parseMessageAnswer(value, path);
    case 'status':
      return parseStatusAnswer(value, path);
    case 'raw':
      return parseRawAnswer(value, path);
    case 'assistant':
      new ObjectReader(value, path, ['kind']);
      return { kind };
    case 'steps':
      throw new ScriptError(path, 'steps cannot hold steps');
    default:
      return kind satisfies never;
  }
};

const parseMessageAnswer: Parser<MessageAnswer> = (value, path) => {
  const fields = new ObjectReader(value, path, [
    'kind',
    'content',
    'finish',
    'usage',
    'usageIn',
    'interleaveToolCalls',
    'continuesPrefill',
    'id',
    'model',
    'respondAs',
  ]);
  return {
    kind: 'message',
    content: fields.require('content', listOf(parseContentPart)),
    finish: fields.read('finish', aString),
    usage: fields.read('usage', parseUsage),
    usageIn: fields.read('usageIn', oneOf('own_chunk', 'finish_chunk', 'every_chunk')),
    interleaveToolCalls: fields.read('interleaveToolCalls', aBoolean),
    continuesPrefill: fields.read('continuesPrefill', aBoolean),
    id: fields.read('id', aString),
    model: fields.read('model', aString),
    respondAs: fields.read('respondAs', oneOf('stream', 'whole')),
  };
};

const parseContentPart: Parser<ContentPart> = (value, path) => {
  if (!isRecord(value)) throw new ScriptError(path, 'must be an object with "type"');
  const type = oneOf('text', 'reasoning', 'tool_call')(value['type'], `${path}.type`);
  switch (type) {
    case 'text': {
      const fields = new ObjectReader(value, path, ['type', 'text', 'pieces', 'repeat']);
      return {
        type,
        text: fields.require('text', aString),
        pieces: fields.read('pieces', anInteger(1)),
        repeat: fields.read('repeat', anInteger(1, 1_000_000)),
      };
    }
    case 'reasoning': {
      const fields = new ObjectReader(value, path, ['type', 'text', 'pieces', 'field', 'signature']);
      return {
        type,
        text: fields.require('text', aString),
        pieces: fields.read('pieces', anInteger(1)),
        field: fields.read('field', oneOf('reasoning_content', 'reasoning', 'think_tags')),
        signature: fields.read('signature', aString),
      };
    }
    case 'tool_call': {
      const fields = new ObjectReader(value, path, ['type', 'name', 'arguments', 'id', 'pieces']);
      return {
        type,
        name: fields.require('name', aString),
        arguments: fields.raw('arguments') ?? {},
        id: fields.read('id', aString),
        pieces: fields.read('pieces', anInteger(1)),
      };
    }
    default:
      return type satisfies never;
  }
};

const parseUsage: Parser<ScriptedUsage | 'none'> = (value, path) => {
  if (value === 'none') return value;
  const fields = new ObjectReader(value, path, ['input', 'output', 'cacheRead', 'cacheWrite', 'reasoning']);
  return {
    input: fields.require('input', anInteger(0)),
    output: fields.require('output', anInteger(0)),
    cacheRead: fields.read('cacheRead', anInteger(0)),
    cacheWrite: fields.read('cacheWrite', anInteger(0)),
    reasoning: fields.read('reasoning', anInteger(0)),
  };
};

const parseStatusAnswer: Parser<StatusAnswer> = (value, path) => {
  const keys = ['kind', 'status', 'headers', 'body', 'text', 'message', 'echoKey'];
  const fields = new ObjectReader(value, path, keys);
  return {
    kind: 'status',
    status: fields.require('status', anInteger(200, 599)),
    headers: fields.read('headers', aHeaderMap),
    body: fields.raw('body'),
    text: fields.read('text', aString),
    message: fields.read('message', aString),
    echoKey: fields.read('echoKey', aBoolean),
  };
};

const parseRawAnswer: Parser<RawAnswer> = (value, path) => {
  const fields = new ObjectReader(value, path, ['kind', 'chunks', 'status', 'headers', 'head', 'end']);
  return {
    kind: 'raw',
    chunks: fields.require('chunks', listOf(parseRawChunk)),
    status: fields.read('status', anInteger(200, 599)),
    headers: fields.read('headers', aHeaderMap),
    head: fields.read('head', oneOf('none')),
    end: fields.read('end', oneOf('eof', 'cut', 'reset', 'hang')),
  };
};
