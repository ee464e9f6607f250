import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PassThroughStream } from './pass-through-stream.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const START_DATA =
  '{"type":"message_start","message":{"model": "glm-5","usage":{"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":9}}}';
const START = `event: message_start\ndata: ${START_DATA}\n\n`;
const DELTA =
  'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"\\"model\\":\\"glm-5\\" é"}}\n\n';
const END =
  'event: message_delta\ndata: {"type":"message_delta","delta":{},"usage":{"output_tokens":40,"cache_read_input_tokens":null}}\n\n' +
  'event: message_stop\ndata: {"type":"message_stop"}\n\n';
const renamed = (text: string): string => text.replace('"model": "glm-5"', '"model": "claude-x"');

interface Passed {
  readonly text: string;
  readonly stream: PassThroughStream;
}

function pass(chunks: readonly Uint8Array[], reason: 'eof' | 'reset' = 'eof'): Passed {
  const stream = new PassThroughStream('claude-x');
  const pieces: Uint8Array[] = chunks.map((chunk) => stream.push(Uint8Array.from(chunk)));
  pieces.push(stream.end(reason));
  return { text: decode(Buffer.concat(pieces)), stream };
}

const passText = (text: string, reason: 'eof' | 'reset' = 'eof'): Passed => pass([encode(text)], reason);

describe('a stream that is passed on', () => {
  it('changes the model in message_start and nothing else', () => {
    const sent = `: hello\n\n${START}event: ping\r\ndata:{"type": "ping"}\r\n\r\nid: 7\nevent: brand_new\ndata: {"model":"glm-5"}\n\n${DELTA}${END}: bye\n\n`;
    expect(passText(sent).text).toBe(renamed(sent));
  });

  it.each([
    ['line feeds', (text: string) => text],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
    ['CR', (text: string) => text.replaceAll('\n', '\r')],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
    ['no blank after colons', (text: string) => text.replaceAll(': {', ':{').replaceAll('event: ', 'event:')],
    ['no event lines', (text: string) => text.replaceAll(/^event: .*\n/gm, '')],
    ['data on several lines', (text: string) => text.replaceAll(',"', ',\ndata: "')],
  ])('gives the same bytes wherever it is cut: %s', (_, layout) => {
    const bytes = encode(layout(`: note\n\n${START}${DELTA}${DELTA}${END}`));
    const whole = pass([bytes]);
    expect(whole.text.replaceAll(/^event: ?.*(\r\n|\r|\n)/gm, '')).toBe(
      layout(renamed(`: note\n\n${START}${DELTA}${DELTA}${END}`))
        .replace('\ufeff', '')
        .replaceAll(/^event: ?.*(\r\n|\r|\n)/gm, ''),
    );
    expect(whole.stream.error).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        const passed = pass(chunks);
        expect(passed.text).toBe(whole.text);
        expect(passed.stream.usage).toEqual(whole.stream.usage);
      }),
      { numRuns: 1000 },
    );
    expect(pass(Array.from(bytes, (byte) => Uint8Array.of(byte))).text).toBe(whole.text);
  });

  it('names events that have no name, before their data', () => {
    const sent = `: note\ndata: ${START_DATA}\n\n: x\n\ndata: {"type":"ping"}\n\ndata: [DONE]\n\ndata: {"type":"a b"}\n\n`;
    expect(passText(sent).text).toContain(
      `: note\nevent: message_start\ndata: ${renamed(START_DATA)}\n\n: x\n\nevent: ping\ndata: {"type":"ping"}\n\ndata: [DONE]\n\ndata: {"type":"a b"}\n\n`,
    );
  });

  it('sends every event as soon as it is whole, and not before', () => {
    const stream = new PassThroughStream('claude-x');
    expect(decode(stream.push(encode(START.slice(0, -1))))).toBe('');
    expect(decode(stream.push(encode(`\n${DELTA.slice(0, 20)}`)))).toBe('');
    expect(decode(stream.push(encode(DELTA.slice(20) + DELTA)))).toBe(renamed(START) + DELTA + DELTA);
    const withCrLf = DELTA.replaceAll('\n', '\r\n');
    expect(decode(stream.push(encode(withCrLf)))).toBe(withCrLf);
  });

  it('holds everything back until the first output, which is the point of no return', () => {
    const stream = new PassThroughStream('claude-x');
    expect(stream.push(encode(': a\n\n: b\n\n'))).toHaveLength(0);
    expect(stream.started).toBe(false);
    expect(decode(stream.push(encode(START)))).toBe('');
    expect(stream.started).toBe(false);
    expect(decode(stream.push(encode(DELTA)))).toBe(`: a\n\n: b\n\n${renamed(START)}${DELTA}`);
    expect(stream.started).toBe(true);
    expect(decode(stream.push(encode(': c\n\n')))).toBe(': c\n\n');
  });

  it('reads usage on the way, the last figures winning', () => {
    expect(passText(START + DELTA + END).stream.usage).toEqual({
      input_tokens: 3,
      output_tokens: 40,
      cache_read_input_tokens: 9,
      cache_creation_input_tokens: 0,
      estimated: false,
    });
    expect(passText(DELTA).stream.usage.estimated).toBe(true);
  });
});

describe('a stream that stops early', () => {
  it.each(['eof', 'reset'] as const)('ends on an error event after %s, without the cut event', (reason) => {
    const { text, stream } = passText(START + DELTA.slice(0, -10), reason);
    expect(text).toMatch(/^event: message_start\n.*\n\nevent: error\ndata: \{.*"api_error".*\}\n\n$/);
    expect(stream.finished).toBe(true);
    expect(stream.error?.error.type).toBe('api_error');
  });

  it('has not started when nothing came, so that an HTTP error is still possible', () => {
    const { stream } = passText(': hello\n\n', 'reset');
    expect(stream.started).toBe(false);
    expect(stream.error).not.toBeNull();
  });

  it('keeps a last event that only lacks its blank line', () => {
    const cut = START + END.slice(0, -1);
    expect(passText(cut).text).toBe(renamed(START + END));
    expect(passText(cut.slice(0, -1)).text).toBe(renamed(START + END));
    expect(passText(cut).stream.error).toBeNull();
  });

  it("passes the provider's own error and adds none", () => {
    const error =
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
    const { text, stream } = passText(START + error);
    expect(text).toBe(renamed(START) + error);
    expect(stream.error?.error).toEqual({ type: 'overloaded_error', message: 'Overloaded' });
  });

  it('is given up when an event does not end', () => {
    const stream = new PassThroughStream('claude-x');
    stream.push(encode(`${START}${DELTA}event: x\ndata: `));
    const chunk = new Uint8Array(4 * 1024 * 1024).fill(0x61);
    let sent = '';
    for (let i = 0; i < 20 && sent === ''; i++) sent = decode(stream.push(chunk));
    expect(sent).toMatch(/^event: error\n/);
    expect(stream.push(encode(DELTA))).toHaveLength(0);
    expect(stream.end('eof')).toHaveLength(0);
  });
});
