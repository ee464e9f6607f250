import { describe, expect, it, jest } from '@jest/globals';
import { accumulateMessage } from '@ccs/wire';
import { answerContext } from '../../../test/support/answer-context.js';
import { chunk, convertChunks, DONE, finish, outline, toolPiece } from '../../../test/support/chunks.js';
import { checkGrammar } from '../../../test/vectors/compare.mjs';
import { OpenAiToAnthropicStream } from './openai-to-anthropic-stream.js';

// Thousands of cases, or megabytes, on machines that have other work to do.
jest.setTimeout(120_000);

const tools = ['f', 'g', 'get_weather', 'get_weather_map'].map((name) => ({ name, input_schema: {} }));
const context = () => answerContext({ tools });

/** Blocks in short, without the end. */
function blocks(...chunks: readonly object[]): string[] {
  const events = convertChunks(context(), [...chunks, DONE]);
  expect(checkGrammar(events)).toBeNull();
  return outline(events).slice(0, -1);
}

const piece = toolPiece;
const text = (content: string): object => chunk({ content });

describe('a piece of a tool call belongs to', () => {
  it.each<[string, object[], string[]]>([
    [
      'the call whose id it has, whatever its index',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{"x":' }),
        piece({ index: 1, id: 'b', name: 'g', args: '{"y":' }),
        piece({ index: 1, id: 'a', args: '1}' }),
        piece({ index: 0, id: 'b', args: '2}' }),
      ],
      ['f(a) {"x":1}', 'g(b) {"y":2}'],
    ],
    [
      'the latest call with its index',
      [piece({ index: 3, id: 'a', name: 'f' }), piece({ index: 3, args: '{}' })],
      ['f(a) {}'],
    ],
    [
      'a new call, if it brings a new id and a name when the call of its index is complete',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{}' }),
        piece({ index: 0, id: 'b', name: 'f', args: '{"x":1}' }),
      ],
      ['f(a) {}', 'f(b) {"x":1}'],
    ],
    [
      'a new call, if it brings a new id and a name before that call has arguments',
      [piece({ index: 0, id: 'a', name: 'f' }), piece({ index: 0, id: 'b', name: 'g', args: '{}' })],
      ['f(a) ', 'g(b) {}'],
    ],
    [
      'the call of its index, if it brings a new id and a name in the middle of the arguments',
      [
        piece({ index: 0, id: 'r1', name: 'f', args: '{"x":' }),
        piece({ index: 0, id: 'r2', name: 'f', args: '1' }),
        piece({ index: 0, id: 'r3', args: '}' }),
      ],
      ['f(r1) {"x":1}'],
    ],
    [
      'a new call, if it brings another name when the call of its index is complete',
      [piece({ index: 0, id: 'a', name: 'f', args: '{}' }), piece({ index: 0, name: 'g', args: '{}' })],
      ['f(a) {}', 'g(toolu_fresh1) {}'],
    ],
    [
      'the call of its index, if the id is the first for that call',
      [piece({ index: 0, name: 'f' }), piece({ index: 0, id: 'late' }), piece({ index: 0, args: '{}' })],
      ['f(late) {}'],
    ],
    [
      'the call of its index, with the first id and the name once more',
      [piece({ index: 0, name: 'f' }), piece({ index: 0, id: 'late', name: 'f', args: '{}' })],
      ['f(late) {}'],
    ],
    [
      'a call without a name so far, even with a new id and a name',
      [piece({ index: 0, id: 'a', args: '{"x":1}' }), piece({ index: 0, id: 'b', name: 'f' })],
      ['f(a) {"x":1}'],
    ],
    [
      'a new call with a fresh id, if a known id brings another name on a complete call',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{}' }),
        piece({ index: 1, id: 'a', name: 'g', args: '{"y":' }),
        piece({ index: 1, id: 'a', args: '1}' }),
      ],
      ['f(a) {}', 'g(toolu_fresh1) {"y":1}'],
    ],
    [
      'without an index: a new call for a new id',
      [
        piece({ id: 'a', name: 'f', args: '{"x":1' }),
        piece({ args: '}' }),
        piece({ id: 'b', name: 'f', args: '{}' }),
      ],
      ['f(a) {"x":1}', 'f(b) {}'],
    ],
    [
      'without an index: a new call for a name after a complete call',
      [piece({ name: 'f', args: '{}' }), piece({ name: 'f', args: '{"x":1}' })],
      ['f(toolu_fresh1) {}', 'f(toolu_fresh2) {"x":1}'],
    ],
    [
      'without an index: a new call for another name after a complete call, before its arguments',
      [piece({ name: 'f', args: '{}' }), piece({ name: 'g' }), piece({ args: '{"x":1}' })],
      ['f(toolu_fresh1) {}', 'g(toolu_fresh2) {"x":1}'],
    ],
    [
      'without an index: the latest call, whose id comes late',
      [piece({ name: 'f' }), piece({ id: 'late' }), piece({ args: '{}' })],
      ['f(late) {}'],
    ],
    [
      'a call known by id only, found again by the index that came with it later',
      [
        piece({ id: 'a', name: 'f' }),
        piece({ index: 5, id: 'a', args: '{"x":' }),
        piece({ index: 5, args: '1}' }),
      ],
      ['f(a) {"x":1}'],
    ],
    [
      'nothing, if it is empty',
      [
        piece({ index: 0, id: '', name: '', args: '' }),
        piece({ index: 1, args: ' ' }),
        piece({ index: 2, id: 'a', name: 'f' }),
      ],
      ['f(a) '],
    ],
    [
      'the one legacy call there is',
      [
        chunk({ function_call: { name: 'f', arguments: '' } }),
        chunk({ function_call: { arguments: '{"x":' } }),
        chunk({ function_call: { arguments: '1}' } }),
        chunk({ function_call: { name: '', arguments: '' } }),
      ],
      ['f(toolu_fresh1) {"x":1}'],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(blocks(...chunks)).toEqual(expected);
  });
});

describe('the name of a tool call', () => {
  it.each<[string, object[], string]>([
    [
      'repeated',
      [piece({ index: 0, id: 'a', name: 'f' }), piece({ index: 0, name: 'f', args: '{}' })],
      'f(a) {}',
    ],
    [
      'replaced by a longer form',
      [
        piece({ index: 0, id: 'a', name: 'get_' }),
        piece({ index: 0, name: 'get_weather' }),
        piece({ index: 0, args: '{}' }),
      ],
      'get_weather(a) {}',
    ],
    [
      'in pieces before the arguments',
      [
        piece({ index: 0, id: 'a', name: 'get_' }),
        piece({ index: 0, name: 'weather' }),
        piece({ index: 0, args: '{}' }),
      ],
      'get_weather(a) {}',
    ],
    [
      'another once the arguments have begun',
      [piece({ index: 0, id: 'a', name: 'f', args: '{"x"' }), piece({ index: 0, name: 'g', args: ':1}' })],
      'f(a) {"x":1}',
    ],
    [
      'that is also the beginning of another, waited with',
      [
        piece({ index: 0, id: 'a', name: 'get_weather' }),
        piece({ index: 0, name: '_map' }),
        piece({ index: 0, args: '{}' }),
      ],
      'get_weather_map(a) {}',
    ],
    ['not declared', [piece({ index: 0, id: 'a', name: 'other', args: '{}' })], 'other(a) {}'],
  ])('%s', (_, chunks, expected) => {
    expect(blocks(...chunks)).toEqual([expected]);
  });

  it('does not grow while the call waits with its arguments', () => {
    expect(
      blocks(
        piece({ index: 0, id: 'a', name: 'f', args: '{' }),
        piece({ index: 1, id: 'b', name: 'g', args: '{' }),
        piece({ index: 1, name: 'late', args: '}' }),
        piece({ index: 0, args: '}' }),
      ),
    ).toEqual(['f(a) {}', 'g(b) {}']);
  });

  it('that never comes is an error, after everything else', () => {
    const events = convertChunks(context(), [
      text('A'),
      piece({ index: 0, id: 'a', args: '{}' }),
      text('B'),
      DONE,
    ]);
    expect(outline(events)).toEqual(['text:AB', '! api_error']);
  });
});

describe('the arguments of a tool call', () => {
  it.each<[string, object[], string[]]>([
    ['nothing', [piece({ index: 0, id: 'a', name: 'f', args: null })], ['f(a) ']],
    ['white space', [piece({ index: 0, id: 'a', name: 'f', args: ' \n' })], ['f(a) ']],
    [
      'null in words',
      [piece({ index: 0, id: 'a', name: 'f', args: 'nu' }), piece({ index: 0, args: 'll' })],
      ['f(a) '],
    ],
    ['an object', [piece({ index: 0, id: 'a', name: 'f', args: { x: 1 } })], ['f(a) {"x":1}']],
    ['an empty object', [piece({ index: 0, id: 'a', name: 'f', args: {} })], ['f(a) {}']],
    [
      'JSON in a JSON string',
      [piece({ index: 0, id: 'a', name: 'f', args: '"{\\"x\\"' }), piece({ index: 0, args: ':1}"' })],
      ['f(a) {"x":1}'],
    ],
    ['a list', [piece({ index: 0, id: 'a', name: 'f', args: '[1]' })], ['f(a) {"__raw_arguments":"[1]"}']],
    ['words', [piece({ index: 0, id: 'a', name: 'f', args: 'x=1' })], ['f(a) {"__raw_arguments":"x=1"}']],
    [
      'braces in strings',
      [piece({ index: 0, id: 'a', name: 'f', args: '{"x":"}\\"}' }), piece({ index: 0, args: '{"}' })],
      ['f(a) {"x":"}\\"}{"}'],
    ],
    [
      'white space before',
      [piece({ index: 0, id: 'a', name: 'f', args: '\n' }), piece({ index: 0, args: ' {}' })],
      ['f(a) \n {}'],
    ],
    [
      'two objects in one piece',
      [piece({ index: 0, id: 'a', name: 'f', args: '{"x":1} {"x":2}' })],
      ['f(a) {"x":1}', 'f(toolu_fresh1) {"x":2}'],
    ],
    [
      'a further object after a complete one, in pieces',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{"x":1}{"x"' }),
        piece({ index: 0, args: ':2' }),
        piece({ index: 0, id: 'a', args: '}' }),
      ],
      ['f(a) {"x":1}', 'f(toolu_fresh1) {"x":2}'],
    ],
    [
      'a truncated further object',
      [piece({ index: 0, id: 'a', name: 'f', args: '{}{"x' })],
      ['f(a) {}', 'f(toolu_fresh1) {"x'],
    ],
    [
      'other text after a complete object',
      [piece({ index: 0, id: 'a', name: 'f', args: '{} and {"x":1}' }), piece({ index: 0, args: '\n' })],
      ['f(a) {}'],
    ],
    [
      'before the name',
      [piece({ index: 0, args: '{"x":' }), piece({ index: 0, args: '1}' }), piece({ index: 0, name: 'f' })],
      ['f(toolu_fresh1) {"x":1}'],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(blocks(...chunks)).toEqual(expected);
  });

  it('that were cut off by the token limit go out as they are', () => {
    const events = convertChunks(context(), [
      piece({ index: 0, id: 'a', name: 'f', args: '{"x":"y' }),
      finish('length'),
      DONE,
    ]);
    expect(outline(events)).toEqual(['f(a) {"x":"y', '= max_tokens']);
    expect(accumulateMessage(events)?.content).toEqual([
      { type: 'tool_use', id: 'a', name: 'f', input: { __raw_arguments: '{"x":"y' } },
    ]);
  });
});

describe('what comes while a tool call is incomplete', () => {
  it.each<[string, object[], string[]]>([
    [
      'waits in its order of arrival',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{"x":' }),
        text('T'),
        chunk({ reasoning_content: 'R' }),
        piece({ index: 1, id: 'b', name: 'g', args: '{}' }),
        text('U'),
        piece({ index: 0, args: '1}' }),
        text('V'),
      ],
      ['f(a) {"x":1}', 'text:T', 'thinking:R', 'g(b) {}', 'text:UV'],
    ],
    [
      'goes out at the end if the call never ends',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{"x"' }),
        piece({ index: 1, id: 'b', name: 'g' }),
        text('T'),
      ],
      ['f(a) {"x"', 'g(b) ', 'text:T'],
    ],
    [
      'completes the call if that has no arguments',
      [piece({ index: 0, id: 'a', name: 'f' }), text('T'), piece({ index: 0, args: '{"late":1}' })],
      ['f(a) ', 'text:T', 'f(toolu_fresh1) {"late":1}'],
    ],
    [
      'does not complete it if it is white space',
      [piece({ index: 0, id: 'a', name: 'f' }), text('\n'), piece({ index: 0, args: '{"x":1}' }), text('\n')],
      ['f(a) {"x":1}'],
    ],
    [
      'completes every call without arguments',
      [
        piece({ index: 0, id: 'a', name: 'f' }),
        piece({ index: 1, id: 'b', name: 'g' }),
        chunk({ reasoning: 'R' }),
      ],
      ['f(a) ', 'g(b) ', 'thinking:R'],
    ],
    [
      'is not completed by a finish reason unless it has no arguments',
      [
        piece({ index: 0, id: 'a', name: 'f', args: '{"x"' }),
        finish('tool_calls'),
        piece({ index: 0, args: ':1}' }),
      ],
      ['f(a) {"x":1}'],
    ],
  ])('%s', (_, chunks, expected) => {
    expect(blocks(...chunks)).toEqual(expected);
  });
});

describe('a tool call in the usual shape', () => {
  /** What is out after each chunk. */
  function live(...chunks: readonly object[]): string[][] {
    const converter = new OpenAiToAnthropicStream(context());
    const events: Parameters<typeof outline>[0][number][] = [];
    return chunks.map((each) => {
      events.push(...converter.push({ event: '', data: JSON.stringify(each) }));
      return outline(events);
    });
  }

  it('starts as soon as its name is certain and streams its arguments', () => {
    expect(
      live(
        piece({ index: 0, id: 'a', name: 'f' }),
        piece({ index: 0, args: '{"x' }),
        piece({ index: 0, args: '":1}' }),
      ),
    ).toEqual([['f(a) '], ['f(a) {"x'], ['f(a) {"x":1}']]);
  });

  it('starts with its first arguments where the name could go on or the id has not come', () => {
    expect(live(piece({ index: 0, id: 'a', name: 'get_weather' }), piece({ index: 0, args: '{' }))).toEqual([
      [],
      ['get_weather(a) {'],
    ]);
    expect(
      live(
        piece({ index: 0, name: 'f' }),
        piece({ index: 0, args: '{' }),
        piece({ index: 0, id: 'x', args: '}' }),
      ),
    ).toEqual([[], ['f(toolu_fresh1) {'], ['f(toolu_fresh1) {}']]);
  });

  it('lets the next call stream once it is complete', () => {
    expect(
      live(
        piece({ index: 0, id: 'a', name: 'f', args: '{' }),
        piece({ index: 1, id: 'b', name: 'g', args: '{"y"' }),
        piece({ index: 0, args: '}' }),
        piece({ index: 1, args: ':1' }),
      ).slice(1),
    ).toEqual([['f(a) {'], ['f(a) {}', 'g(b) {"y"'], ['f(a) {}', 'g(b) {"y":1']]);
  });
});

describe('ids of tool calls', () => {
  it('are restorable where a client could not have them, and fresh where they are taken', () => {
    const taken = answerContext({
      tools,
      messages: [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'old', name: 'f', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'old', content: 'x' }] },
      ],
    });
    const events = convertChunks(taken, [
      piece({ index: 0, id: 'old', name: 'f', args: '{}' }),
      piece({ index: 1, id: 'functions.f:1', name: 'f', args: '{}' }),
      DONE,
    ]);
    expect(outline(events).slice(0, 2)).toEqual(['f(toolu_fresh1) {}', 'f(toolu_x_ZnVuY3Rpb25zLmY6MQ) {}']);
  });

  it('come back with the names the client knows', () => {
    const name = `mcp__${'long_'.repeat(20)}tool`;
    const long = answerContext({ tools: [{ name, input_schema: {} }] });
    const [upstream = ''] = long.conversion.toolNames.keys();
    expect(upstream.length).toBeLessThanOrEqual(64);
    expect(
      outline(convertChunks(long, [piece({ index: 0, id: 'a', name: upstream, args: '{}' }), DONE]))[0],
    ).toBe(`${name}(a) {}`);
  });
});

describe('a very long tool call', () => {
  const cpuMs = (): number => process.cpuUsage().user / 1000;

  it('takes time in proportion to its length', () => {
    const converter = new OpenAiToAnthropicStream(context());
    const startedAt = cpuMs();
    let length = 0;
    const push = (each: object): void => {
      for (const event of converter.push({ event: '', data: JSON.stringify(each) })) {
        if (event.type === 'content_block_delta' && event.delta.type === 'input_json_delta') {
          length += event.delta.partial_json.length;
        }
      }
    };
    push(piece({ index: 0, id: 'a', name: 'f', args: '{"x":"' }));
    // A second call waits all the while, and everything it brings with it.
    for (let n = 0; n < 100_000; n++) {
      push(piece({ index: 0, args: 'y'.repeat(20) }));
      push(piece({ index: 1, id: 'b', name: 'g', args: n === 0 ? '[' : '1,' }));
    }
    push(piece({ index: 0, args: '"}' }));
    converter.end('eof');
    expect(length).toBeGreaterThan(2_000_000);
    expect(cpuMs() - startedAt).toBeLessThan(10_000);
  });

  it('of nothing but braces is told apart without overflow', () => {
    const depth = 200_000;
    const args = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    expect(blocks(piece({ index: 0, id: 'a', name: 'f', args }), text('T'))).toEqual([
      `f(a) ${args}`,
      'text:T',
    ]);
    expect(blocks(piece({ index: 0, id: 'a', name: 'f', args: '{}'.repeat(20_000) }))).toHaveLength(20_000);
  });

  it('that keeps everything else waiting beyond all bounds is an error', () => {
    const converter = new OpenAiToAnthropicStream(context());
    const filler = JSON.stringify(text('z'.repeat(1_000_000)));
    converter.push({ event: '', data: JSON.stringify(piece({ index: 0, id: 'a', name: 'f', args: '{' })) });
    for (let n = 0; n < 40 && !converter.finished; n++) converter.push({ event: '', data: filler });
    expect(converter.failure?.code).toBe('upstream_failed');
  });
});
