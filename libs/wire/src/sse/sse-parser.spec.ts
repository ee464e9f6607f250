import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { SseEvent } from './sse-event.js';
import { SseEventTooLargeError, SseParser } from './sse-parser.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const utf8 = new TextEncoder();

function parse(...chunks: readonly (string | Uint8Array)[]): SseEvent[] {
  const parser = new SseParser();
  const events = chunks.flatMap((chunk) =>
    parser.push(typeof chunk === 'string' ? utf8.encode(chunk) : chunk),
  );
  return [...events, ...parser.end()];
}

const data = (...texts: readonly string[]): SseEvent[] => texts.map((text) => ({ event: '', data: text }));

describe('SseParser', () => {
  it.each([
    ['LF', 'data: a\n\ndata: b\n\n', data('a', 'b')],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', data('a', 'b')],
    ['CR', 'data: a\r\rdata: b\r\r', data('a', 'b')],
    ['mixed line ends', 'data: a\r\n\ndata: b\r\r\ndata: c\n\r', data('a', 'b', 'c')],
    ['no blank after the colon', 'data:a\n\n', data('a')],
    ['only one blank is dropped', 'data:  a \n\n', data(' a ')],
    ['a tab is not a blank', 'data:\ta\n\n', data('\ta')],
    ['several data lines', 'data: {\ndata: "a":1}\n\n', data('{\n"a":1}')],
    ['an empty data line', 'data\ndata:\n\n', data('\n')],
    ['id, retry and unknown fields', 'id: 1\nretry: 5\nfoo: x\nfoo\ndata: a\n\n', data('a')],
    ['a field that only begins with data', 'dataset: x\ndata: a\n\n', data('a')],
    ['an event without data is none', 'event: ping\n\ndata: a\n\n', data('a')],
    ['comments', ': OPENROUTER PROCESSING\n\n:\n:data: x\ndata: a\n\n', data('a')],
    ['a BOM at the start', '\uFEFFdata: a\n\n', data('a')],
    ['line separators within data', 'data: a\u2028b\u0085c\n\n', data('a\u2028b\u0085c')],
    ['an unfinished last event', 'data: a\n\ndata: b', data('a', 'b')],
    ['an unfinished last event after its line end', 'data: a\n', data('a')],
    ['nothing', '', []],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('keeps the name of an event, the last one given, for that event only', () => {
    expect(parse('event: x\nevent:error\ndata: a\n\ndata: b\n\nevent: y\nevent\ndata: c\n\n')).toEqual([
      { event: 'error', data: 'a' },
      ...data('b', 'c'),
    ]);
  });

  it('gives an event as soon as its blank line is there, also when that line ends in a CR', () => {
    const parser = new SseParser();
    expect(parser.push(utf8.encode('data: a\r\n\r'))).toEqual(data('a'));
    expect(parser.push(utf8.encode('\ndata: b\n\n'))).toEqual(data('b'));
  });

  it('counts comments, so that a caller can tell a provider that works from one that hangs', () => {
    const parser = new SseParser();
    parser.push(utf8.encode(': keep-'));
    expect(parser.commentCount).toBe(0);
    parser.push(utf8.encode('alive\n\n:\n\ndata: a\n\n'));
    expect(parser.commentCount).toBe(2);
  });

  it('replaces bytes that are not UTF-8 and goes on', () => {
    expect(parse(Uint8Array.from([...utf8.encode('data: a'), 0xff, 0x0a, 0x0a]), 'data: b\n\n')).toEqual(
      data('a\uFFFD', 'b'),
    );
  });

  it('finds the same events wherever the bytes are cut', () => {
    const line = fc.oneof(
      fc.constantFrom('', ': c', 'event: error', 'id: 7', 'data', 'data:', 'data: 你好 👋🏽', '\uFEFFdata: x'),
      fc.string({ unit: 'grapheme' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')), { maxLength: 30 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (lines, sizes) => {
          const bytes = utf8.encode(lines.map(([text, end]) => text + end).join(''));
          const chunks: Uint8Array[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const size = sizes[i % sizes.length] ?? 1;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          expect(parse(...chunks)).toEqual(parse(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('refuses an event beyond its limit, after the events before it', () => {
    const parser = new SseParser(100);
    expect(parser.push(utf8.encode(`data: a\n\ndata: ${'x'.repeat(90)}\n`))).toEqual(data('a'));
    expect(() => parser.push(utf8.encode(`data: ${'x'.repeat(20)}`))).toThrow(SseEventTooLargeError);
    expect(() => parser.push(utf8.encode('\n\n'))).toThrow(SseEventTooLargeError);
    const late = new SseParser(10);
    expect(late.push(utf8.encode(`data: a\n\ndata: ${'x'.repeat(90)}`))).toEqual(data('a'));
    expect(() => late.end()).toThrow(SseEventTooLargeError);
  });

  it.each([
    ['one line in small pieces', `data: ${'x'.repeat(4_000_000)}\n\n`, 7],
    ['CR line ends only', 'data: a\r\r'.repeat(200_000), 1_000_000],
    ['LF with one early CR', `\r${'data: a\n\n'.repeat(200_000)}`, 1_000_000],
    ['many data lines', `${'data: a\n'.repeat(400_000)}\n`, 65_536],
  ])('stays linear: %s', (_, text, size) => {
    const bytes = utf8.encode(text);
    const parser = new SseParser();
    const startedAt = process.cpuUsage().user;
    let count = 0;
    for (let at = 0; at < bytes.length; at += size)
      count += parser.push(bytes.subarray(at, at + size)).length;
    expect(count).toBeGreaterThan(0);
    expect(process.cpuUsage().user - startedAt).toBeLessThan(10_000_000);
  });
});
