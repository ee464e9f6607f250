import { describe, expect, it } from '@jest/globals';
import {
  assistant,
  convert,
  convertConversation,
  lossCodes,
  messageOf,
  png,
  system,
  text,
  thinking,
  toolResult,
  toolUse,
  user,
} from '../../../test/support/conversions.js';

const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } };
const call = (id: string, name = 'f', args = '{}'): object => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const EPHEMERAL = { cache_control: { type: 'ephemeral' } };

describe('turns', () => {
  it('of the assistant meet when the user turn between them is empty', () => {
    expect(
      convertConversation([
        user(text('Q')),
        assistant(text('A')),
        user(),
        assistant(text('B')),
        user(text('Go')),
      ]),
    ).toEqual([
      { role: 'user', content: 'Q' },
      { role: 'assistant', content: 'A\n\nB' },
      { role: 'user', content: 'Go' },
    ]);
  });

  it('keep the thinking of a message that says nothing else, if the assistant goes on at once', () => {
    const replayed = convertConversation(
      [user(text('Q')), assistant(thinking('T1')), assistant(thinking('T2'), text('A')), user(text('Go'))],
      { replay_reasoning: 'reasoning_content' },
    );
    expect(replayed[1]).toEqual({ role: 'assistant', content: 'A', reasoning_content: 'T1\n\nT2' });
  });

  it('forget the thinking of such a message once the user speaks', () => {
    const replayed = convertConversation(
      [
        user(text('Q')),
        assistant(thinking('T')),
        user(text('again')),
        assistant(text('A')),
        user(text('Go')),
      ],
      { replay_reasoning: 'reasoning_content' },
    );
    expect(replayed[1]).toEqual({ role: 'assistant', content: 'A' });
  });

  it('may leave no message at all, which is a 400', () => {
    expect(messageOf(() => convertConversation([user(text('')), assistant(thinking('x'))]))).toMatch(
      /^messages: /,
    );
  });
});

describe('the user side after calls', () => {
  const asked = assistant(toolUse('a'), toolUse('b'));

  it('answers late results in a later message of the same turn', () => {
    expect(
      convertConversation([
        user(text('Q')),
        asked,
        user(toolResult('b', '2')),
        user(text('and')),
        user(toolResult('a', '1')),
      ]).slice(2),
    ).toEqual([
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: 'and' },
    ]);
  });

  it('turns a second result of one call, and one of an earlier turn, into text', () => {
    const messages = convertConversation([
      user(text('Q')),
      assistant(toolUse('old')),
      user(toolResult('old', 'first')),
      assistant(toolUse('a')),
      user(toolResult('a', 'one'), toolResult('a', 'two'), toolResult('old', 'again')),
    ]);
    expect(messages.slice(-2)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      {
        role: 'user',
        content: [
          { type: 'text', text: expect.stringMatching(/a[^]*two/) },
          { type: 'text', text: expect.stringMatching(/old[^]*again/) },
        ],
      },
    ]);
  });

  it('keeps an image of a result nobody asked for', () => {
    const [message] = convertConversation([
      user(toolResult('ghost', [text('see'), png()], { is_error: true })),
    ]);
    expect(message?.content).toEqual([
      { type: 'text', text: expect.stringMatching(/ghost[^]*Error: see/) },
      image,
    ]);
  });

  it('puts system messages behind the tool messages also where they stay system messages', () => {
    expect(
      convertConversation(
        [
          user(text('Q')),
          asked,
          system(text('S')),
          user(toolResult('a', [png()]), toolResult('b', '2'), text('T')),
        ],
        { inline_system: 'keep' },
      ).slice(2),
    ).toEqual([
      { role: 'tool', tool_call_id: 'a', content: expect.stringContaining('image') },
      { role: 'tool', tool_call_id: 'b', content: '2' },
      { role: 'user', content: [text('Output of tool call a:'), image] },
      { role: 'system', content: 'S' },
      { role: 'user', content: 'T' },
    ]);
  });

  it('pairs results with calls of one id in their order', () => {
    const messages = convertConversation([
      user(text('Q')),
      assistant(toolUse('x'), toolUse('x')),
      user(toolResult('x', '1'), toolResult('x', '2')),
    ]);
    expect(messages.slice(2).map((message) => message.content)).toEqual(['1', '2']);
  });

  it('names a decoded id in tool messages and labels', () => {
    const messages = convertConversation([
      user(text('Q')),
      assistant(toolUse('toolu_x_ZnVuY3Rpb25zLmY6MA')),
      user(toolResult('toolu_x_ZnVuY3Rpb25zLmY6MA', [png()])),
    ]);
    expect(messages.slice(1)).toMatchObject([
      { tool_calls: [call('functions.f:0')] },
      { tool_call_id: 'functions.f:0' },
      { content: [text('Output of tool call functions.f:0:'), image] },
    ]);
  });
});

describe('results', () => {
  it('give nobody the cache mark of a document that holds nothing', () => {
    const nothing = { type: 'document', source: { type: 'content', content: [] }, ...EPHEMERAL };
    expect(contentOf(toolResult('a', [text('x'), nothing]), { cache_control: 'keep' })).toBe('x');
  });

  const contentOf = (result: unknown, options = {}): unknown =>
    convertConversation([user(text('Q')), assistant(toolUse('a')), user(result)], options)[2]?.content;

  it.each<[title: string, result: unknown, content: unknown]>([
    ['with an error say so', toolResult('a', 'no', { is_error: true }), 'Error: no'],
    ['that already say so are left', toolResult('a', '\n ERROR: no', { is_error: true }), '\n ERROR: no'],
    ['with an error and nothing else', toolResult('a', [], { is_error: true }), 'Error: (no output)'],
    ['without content', toolResult('a'), '(no output)'],
    ['of empty blocks', toolResult('a', [text('')]), '(no output)'],
    ['with a null', toolResult('a', null), '(no output)'],
    [
      'join their texts',
      toolResult('a', [text('x'), { type: 'tool_reference', tool_name: 't' }]),
      'x\n\nTool now available: t',
    ],
    [
      'with a document as text',
      toolResult('a', [{ type: 'document', source: { type: 'text', data: 'D' }, title: 'N' }]),
      'Document: N\n\nD',
    ],
    [
      'with an error and only an image count the note as text',
      toolResult('a', [png()], { is_error: true }),
      'Error: [The image of this result follows in the next user message.]',
    ],
  ])('%s', (_, result, content) => {
    expect(contentOf(result)).toEqual(content);
  });

  it.each<[title: string, result: unknown, content: unknown]>([
    ['keep texts and images', toolResult('a', [text('x'), png(), text('y')]), [text('x'), image, text('y')]],
    ['stay a string without images', toolResult('a', [text('x'), text('y')]), 'x\n\ny'],
    [
      'with an error and no text',
      toolResult('a', [png()], { is_error: true }),
      [text('Error: (no output)'), image],
    ],
    [
      'with an error after an image',
      toolResult('a', [png(), text('x')], { is_error: true }),
      [image, text('Error: x')],
    ],
  ])('in tool mode %s', (_, result, content) => {
    expect(contentOf(result, { tool_result_images: 'tool' })).toEqual(content);
  });

  it('carry their cache mark on the text part, empty ones too', () => {
    const keep = { cache_control: 'keep' } as const;
    expect(contentOf(toolResult('a', 'x', EPHEMERAL), keep)).toEqual([text('x', EPHEMERAL)]);
    expect(contentOf(toolResult('a', undefined, EPHEMERAL), keep)).toEqual([text('(no output)', EPHEMERAL)]);
    expect(contentOf(toolResult('a', [text('x', EPHEMERAL), text('y')]), keep)).toEqual([
      text('x\n\ny', EPHEMERAL),
    ]);
    expect(
      contentOf(toolResult('a', [text('x'), png()], EPHEMERAL), { ...keep, tool_result_images: 'tool' }),
    ).toEqual([text('x', EPHEMERAL), image]);
  });

  it('send PDFs the way of images', () => {
    const pdf = { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' } };
    const messages = convertConversation(
      [user(text('Q')), assistant(toolUse('a')), user(toolResult('a', [pdf]))],
      {
        pdf: 'file',
      },
    );
    expect(messages.at(-1)?.content).toEqual([
      text('Output of tool call a:'),
      { type: 'file', file: { filename: 'document.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
    ]);
  });
});

describe('assistant turns', () => {
  it('hold null or an empty string beside calls, and arguments as JSON', () => {
    const turn = [
      user(text('Q')),
      assistant({ type: 'tool_use', id: 'a', name: 'f' }, toolUse('b', 'f', null)),
    ];
    expect(convertConversation(turn)[1]).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [call('a'), call('b')],
    });
    expect(convertConversation(turn, { assistant_null_content: 'empty' })[1]).toMatchObject({ content: '' });
  });

  it('with a cache mark are parts, one per run of text', () => {
    const turn = assistant(text('a'), text('b', EPHEMERAL), toolUse('t'), text('c'));
    expect(convertConversation([user(text('Q')), turn], { cache_control: 'keep' })[1]?.content).toEqual([
      text('ab', EPHEMERAL),
      text('c'),
    ]);
  });

  it('never send images, which their format has no place for', () => {
    const conversion = convert({ messages: [user(text('Q')), assistant(png()), user(text('Go'))] });
    expect(conversion.body.messages[1]?.content).toMatch(/image omitted/i);
    expect(lossCodes(conversion)).toEqual(['image_placeholder']);
  });

  it.each([
    ['plain', {}, {}],
    ['prefix', { prefix: true }, {}],
    ['partial', { partial: true }, {}],
    ['continue_final_message', {}, { continue_final_message: true, add_generation_prompt: false }],
  ] as const)('at the end begin the answer (%s) and carry no reasoning', (prefill, onMessage, onBody) => {
    const { body } = convert(
      { messages: [user(text('Q')), assistant(thinking('T'), text('{'))] },
      { prefill, replay_reasoning: 'reasoning_content', replay_missing: '', replay_missing_on: 'all' },
    );
    expect(body.messages[1]).toEqual({ role: 'assistant', content: '{', ...onMessage });
    expect(body).toMatchObject(onBody);
  });

  it('at the end are refused where the model cannot go on from them', () => {
    const messages = [user(text('Q')), assistant(text('{')), system()];
    expect(messageOf(() => convertConversation(messages, { prefill: 'reject' }))).toMatch(/^messages\.1: /);
    expect(() =>
      convertConversation([user(text('Q')), assistant(toolUse('a'))], { prefill: 'reject' }),
    ).not.toThrow();
  });
});
