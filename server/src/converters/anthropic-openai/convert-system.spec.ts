import { describe, expect, it } from '@jest/globals';
import { convert, convertConversation, system, text, user } from '../../../test/support/conversions.js';

const BILLING = 'x-anthropic-billing-header: cc_version=2.1.330.abc; cch=36ee5;';
const EPHEMERAL = { cache_control: { type: 'ephemeral' } };

describe('the system prompt', () => {
  it.each<[title: string, prompt: unknown, content: unknown]>([
    ['a billing line is cut with its line end', `${BILLING}\nYou are.`, 'You are.'],
    ['also with CRLF', `${BILLING}\r\nYou are.`, 'You are.'],
    ['also with CR', `${BILLING}\rYou are.`, 'You are.'],
    ['several of them', `${BILLING}\n${BILLING}\nYou are.`, 'You are.'],
    ['a rest of white space counts as empty', `${BILLING}\n \t\n`, undefined],
    ['the line alone leaves nothing', BILLING, undefined],
    ['a line that comes later is text', `You are.\n${BILLING}`, `You are.\n${BILLING}`],
    ['blocks that hold nothing vanish', [text(`${BILLING}\n`), text(''), text('A'), text('B')], 'A\n\nB'],
    ['an empty list is no system message', [], undefined],
    ['a null is none', null, undefined],
  ])('%s', (_, prompt, content) => {
    const [first] = convert({ system: prompt }).body.messages;
    expect(first?.role === 'system' ? first.content : undefined).toEqual(content);
  });

  it('speaks in the role of the provider', () => {
    expect(convert({ system: 'S' }, { system_role: 'developer' }).body.messages[0]).toEqual({
      role: 'developer',
      content: 'S',
    });
  });

  it('is an array of all its blocks when one carries a cache mark, the instruction of a format behind them', () => {
    const conversion = convert(
      {
        system: [text('A', EPHEMERAL), text('B')],
        output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
      },
      { cache_control: 'keep', response_format: 'none' },
    );
    expect(conversion.body.messages[0]?.content).toEqual([
      text('A', EPHEMERAL),
      text('B'),
      { type: 'text', text: expect.stringContaining('JSON') },
    ]);
    expect(conversion.body).not.toHaveProperty('response_format');
  });

  it('is made up when only a format asks for words', () => {
    const conversion = convert(
      { output_format: { type: 'json_schema', schema: { type: 'object', title: 'T' } } },
      { response_format: 'json_object' },
    );
    expect(conversion.body.messages[0]).toEqual({
      role: 'system',
      content: expect.stringMatching(/JSON[^]*"title":"T"/),
    });
    expect(conversion.body.response_format).toEqual({ type: 'json_object' });
  });
});

describe('system messages within the conversation', () => {
  const conversation = [user(text('Hi')), system(text(`${BILLING}\nAgents: a`), text('More'))];

  it('are cleaned, joined and wrapped once', () => {
    expect(convertConversation(conversation)).toEqual([
      {
        role: 'user',
        content: [text('Hi'), text('<system-reminder>\nAgents: a\n\nMore\n</system-reminder>')],
      },
    ]);
  });

  it('stay messages at their place where the provider takes them', () => {
    expect(
      convertConversation([...conversation, user(text('Go'))], {
        inline_system: 'keep',
        system_role: 'developer',
      }),
    ).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'developer', content: 'Agents: a\n\nMore' },
      { role: 'user', content: 'Go' },
    ]);
  });

  it('with nothing in them are not there', () => {
    const empty = [system(), { role: 'system', content: '' }, system(text(BILLING))];
    expect(convertConversation([user(text('Hi')), ...empty, user(text('Go'))])).toEqual([
      { role: 'user', content: [text('Hi'), text('Go')] },
    ]);
  });

  it('carry their last cache mark', () => {
    expect(
      convertConversation([system(text('A', EPHEMERAL), text('B'))], { cache_control: 'keep' })[0]?.content,
    ).toEqual([text('<system-reminder>\nA\n\nB\n</system-reminder>', EPHEMERAL)]);
  });
});
