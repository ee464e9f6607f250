import { describe, expect, it } from '@jest/globals';
import type { ModelCall } from '../calls/model-call.js';
import { routeRequest } from '../calls/route.js';
import { parseScripts } from './parse-script.js';
import { ScriptBook } from './script-book.js';
import type { Script } from './script.js';

const call = (overrides: Partial<ModelCall> = {}): ModelCall => ({
  dialect: 'openai',
  model: 'm',
  stream: true,
  includeUsage: true,
  userText: 'Hello there',
  prefill: '',
  toolResults: [],
  toolRounds: 0,
  toolNames: [],
  answerSchema: undefined,
  inputTokens: 1,
  ...overrides,
});

const chat = routeRequest('POST', '/p/acme/v1/chat/completions');
const claude = routeRequest('POST', '/v1/messages?beta=true');

function bookOf(...scripts: Script[]): ScriptBook {
  const book = new ScriptBook();
  book.add(parseScripts(scripts));
  return book;
}

describe('which script answers', () => {
  it('takes queued scripts in order, each as often as it says, then the newest standing one', () => {
    const book = bookOf(
      { name: 'old default', standing: true, answer: 'x' },
      { name: 'twice', times: 2, answer: 'x' },
      { name: 'once', answer: 'x' },
      { name: 'new default', standing: true, answer: 'x' },
    );
    const names = Array.from({ length: 5 }, () => book.take(chat, call())?.name);
    expect(names).toEqual(['twice', 'twice', 'once', 'new default', 'new default']);
  });

  it.each<[string, Script['match'], boolean]>([
    ['nothing', {}, true],
    ['its provider', { provider: 'acme' }, true],
    ['another provider', { provider: 'other' }, false],
    ['no provider', { provider: '' }, false],
    ['its dialect', { dialect: 'openai' }, true],
    ['another dialect', { dialect: 'anthropic' }, false],
    ['its model', { model: 'm' }, true],
    ['a part of its model', { model: '' }, false],
    ['a part of the text', { userText: 'lo th' }, true],
    ['another text', { userText: 'bye' }, false],
    ['streaming', { stream: true }, true],
    ['no streaming', { stream: false }, false],
    ['tool results', { toolResults: true }, false],
    ['another endpoint', { endpoint: 'count_tokens' }, false],
    ['one thing right, one wrong', { provider: 'acme', model: 'n' }, false],
  ])('matches %s', (_, match, matches) => {
    expect(bookOf({ match, answer: 'x' }).take(chat, call()) !== undefined).toBe(matches);
  });

  it('leaves a queued script that does not match for the request it is meant for', () => {
    const book = bookOf(
      { name: 'claude', match: { dialect: 'anthropic' }, answer: 'x' },
      { name: 'any', answer: 'x' },
    );
    expect(book.take(chat, call())?.name).toBe('any');
    expect(book.take(claude, call())?.name).toBe('claude');
  });

  const fixed: Script['answer'] = { kind: 'message', content: [], id: 'i', model: 'm', respondAs: 'stream' };

  it.each<[string, Script[], string | undefined]>([
    ['a fixed answer to everything', [{ name: 'a', standing: true, answer: fixed }], 'a'],
    [
      'a raw answer for this provider',
      [{ name: 'a', match: { provider: 'acme' }, answer: { kind: 'raw', chunks: [] } }],
      'a',
    ],
    [
      'one that looks at the model first',
      [
        { name: 'a', match: { model: 'n' }, answer: fixed },
        { name: 'b', standing: true, answer: fixed },
      ],
      undefined,
    ],
    [
      'one for another provider first',
      [
        { name: 'a', match: { provider: 'x' }, answer: 'y' },
        { name: 'b', answer: fixed },
      ],
      'b',
    ],
    ['an answer that depends on the request', [{ answer: 'x' }], undefined],
    ['no script', [], undefined],
  ])('knows without the body: %s', (_, scripts, name) => {
    expect(bookOf(...scripts).takeByRoute(chat)?.name).toBe(name);
  });
});

describe('a wrong script', () => {
  const message = { kind: 'message', content: [] };

  it.each<[unknown, string]>([
    [5, 'script: must be an object, not 5'],
    [{}, 'script: "answer" is missing'],
    [[{ answer: 'x' }, { answr: 'x' }], 'scripts[1]: unknown key "answr"'],
    [
      { answer: { kind: 'mesage' } },
      'script.answer.kind: must be one of message, steps, status, raw, assistant, not "mesage"',
    ],
    [{ answer: { ...message, content: 'x' } }, 'script.answer.content: must be a list, not "x"'],
    [
      { answer: { ...message, content: [{ type: 'image' }] } },
      'script.answer.content[0].type: must be one of text',
    ],
    [
      { answer: { ...message, content: [{ type: 'text', text: 'x', pieces: 0 }] } },
      'content[0].pieces: must be a whole number of at least 1, not 0',
    ],
    [
      { answer: { ...message, usage: { input: -1, output: 0 } } },
      'usage.input: must be a whole number of at least 0, not -1',
    ],
    [{ answer: { kind: 'status', status: 99 } }, 'status: must be a whole number from 200 to 599, not 99'],
    [{ answer: { kind: 'steps', steps: [] } }, 'script.answer.steps: must have at least one step'],
    [
      { answer: { kind: 'steps', steps: [{ kind: 'steps', steps: ['x'] }] } },
      'steps[0]: steps cannot hold steps',
    ],
    [{ answer: { kind: 'raw', chunks: [7] } }, 'script.answer.chunks[0]: must be an object, not 7'],
    [
      { answer: 'x', delivery: { fault: { kind: 'reset', at: { afterFrame: 1, afterByte: 2 } } } },
      'fault.at: must be "before_headers"',
    ],
    [{ answer: 'x', delivery: { headers: { a: 1 } } }, 'script.delivery.headers.a: must be a string, not 1'],
    [{ answer: 'x', standing: true, times: 2 }, 'script: "times" is for queued scripts'],
    [{ answer: 'x', match: { stream: 'yes' } }, 'script.match.stream: must be true or false, not "yes"'],
  ])('%j is refused with the place', (script, text) => {
    expect(() => parseScripts(script)).toThrow(text);
  });
});

describe('routes', () => {
  it.each([
    ['POST', '/v1/chat/completions', 'messages', 'openai', ''],
    ['POST', '/openai/deployments/gpt/chat/completions?api-version=1', 'messages', 'openai', ''],
    ['POST', '/p/qwen/compatible-mode/v1/chat/completions', 'messages', 'openai', 'qwen'],
    ['POST', '/p/a%20b/v1/messages?beta=true', 'messages', 'anthropic', 'a b'],
    ['POST', '/p/%zz/v1/messages', 'messages', 'anthropic', '%zz'],
    ['POST', '/v1/messages/count_tokens?beta=true', 'count_tokens', 'anthropic', ''],
    ['GET', '/p/x/v1/models?limit=1000', 'models', null, 'x'],
    ['GET', '/v1/models/sim-big', 'models', null, ''],
    ['HEAD', '/api/hello', 'alive', null, ''],
    ['GET', '/__sim/state', 'control', null, ''],
    ['GET', '/__simple', 'unknown', null, ''],
    ['GET', '/v1/messages', 'unknown', null, ''],
    ['POST', '/v1/embeddings', 'unknown', null, ''],
  ])('%s %s is %s of %s for "%s"', (method, url, target, dialect, provider) => {
    expect(routeRequest(method, url)).toMatchObject({ target, dialect, provider });
  });
});
