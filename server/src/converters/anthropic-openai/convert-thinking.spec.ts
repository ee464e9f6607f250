import { describe, expect, it } from '@jest/globals';
import {
  assistant,
  convert,
  lossCodes,
  system,
  text,
  thinking,
  toolResult,
  toolUse,
  user,
} from '../../../test/support/conversions.js';
import { encodeCarriedState } from './carried-state.js';
import { fitEffort } from './fit-effort.js';
import type { Profile } from './profile.js';

const ON = { thinking: { type: 'adaptive' } };
const OFF = { thinking: { type: 'disabled' } };
const budget = (tokens: number): object => ({ thinking: { type: 'enabled', budget_tokens: tokens } });
const effort = (value: string): object => ({ output_config: { effort: value } });
const TOOLS = { tools: [{ name: 'f', input_schema: { type: 'object' } }] };

/** What the body says beyond the fields every request has. */
function told(request: object, options: Partial<Profile>): Record<string, unknown> {
  const { body } = convert({ ...request }, options);
  const common = new Set([
    'model',
    'messages',
    'max_tokens',
    'stream',
    'stream_options',
    'tools',
    'tool_choice',
  ]);
  return Object.fromEntries(Object.entries(body).filter(([key]) => !common.has(key)));
}

describe('effort', () => {
  it.each([
    ['high', ['low', 'medium', 'high'], 'high'],
    ['low', ['high', 'max'], 'high'],
    ['xhigh', ['high', 'max'], 'max'],
    ['max', ['low', 'high'], 'high'],
    ['minimal', ['low', 'high'], 'low'],
    ['none', ['none', 'default'], 'none'],
    ['high', ['none', 'default'], null],
    ['enormous', ['low'], null],
    ['high', [], null],
  ])('%s among %j is %j', (asked, accepted, fitted) => {
    expect(fitEffort(asked, accepted)).toBe(fitted);
  });

  it('is that of the last system message that sets one', () => {
    const messages = [
      user(text('Q')),
      { role: 'system', content: [], output_config: { effort: 'low' } },
      assistant(text('A')),
      { role: 'system', content: 'S', output_config: { effort: 'medium' } },
      system(text('T')),
    ];
    expect(told({ messages, ...effort('high') }, { reasoning: 'effort' })).toEqual({
      reasoning_effort: 'medium',
    });
  });
});

describe('thinking', () => {
  it.each<[title: string, options: Partial<Profile>, request: object, fields: object]>([
    [
      'effort: off without a value for it says nothing',
      { reasoning: 'effort' },
      { ...OFF, ...effort('high') },
      {},
    ],
    [
      'effort: known also when the state is not',
      { reasoning: 'effort' },
      effort('low'),
      { reasoning_effort: 'low' },
    ],
    ['effort: adaptive leaves it to the provider', { reasoning: 'effort' }, ON, {}],
    ['effort: 4095 is low', { reasoning: 'effort' }, budget(4095), { reasoning_effort: 'low' }],
    ['effort: 4096 is medium', { reasoning: 'effort' }, budget(4096), { reasoning_effort: 'medium' }],
    ['effort: 16384 is high', { reasoning: 'effort' }, budget(16384), { reasoning_effort: 'high' }],
    [
      'openrouter: off',
      { reasoning: 'openrouter' },
      { ...OFF, ...effort('high') },
      { reasoning: { enabled: false } },
    ],
    [
      'openrouter: effort before budget',
      { reasoning: 'openrouter' },
      { ...budget(5000), ...effort('max') },
      { reasoning: { effort: 'high' } },
    ],
    [
      'openrouter: effort alone',
      { reasoning: 'openrouter' },
      effort('low'),
      { reasoning: { effort: 'low' } },
    ],
    ['openrouter: on', { reasoning: 'openrouter' }, ON, { reasoning: { enabled: true } }],
    ['openrouter: unset', { reasoning: 'openrouter' }, {}, {}],
    ['enable_thinking: on', { reasoning: 'enable_thinking' }, ON, { enable_thinking: true }],
    ['enable_thinking: off has no budget', { reasoning: 'enable_thinking' }, OFF, { enable_thinking: false }],
    ['enable_thinking: unset', { reasoning: 'enable_thinking' }, effort('high'), {}],
    [
      'thinking_type: off sends no effort',
      { reasoning: 'thinking_type', thinking_type_effort: true },
      { ...OFF, ...effort('high') },
      { thinking: { type: 'disabled' } },
    ],
    [
      'thinking_type: effort also when unset',
      { reasoning: 'thinking_type', thinking_type_effort: true },
      effort('high'),
      { reasoning_effort: 'high' },
    ],
    [
      'thinking_type: no effort where they exclude each other',
      { reasoning: 'thinking_type' },
      { ...ON, ...effort('high') },
      { thinking: { type: 'enabled' } },
    ],
    [
      'chat_template_kwargs: the name differs',
      { reasoning: 'chat_template_kwargs', template_kwarg: 'thinking' },
      ON,
      { chat_template_kwargs: { thinking: true } },
    ],
    ['chat_template_kwargs: unset', { reasoning: 'chat_template_kwargs' }, {}, {}],
    [
      'between_tools is on',
      { reasoning: 'enable_thinking' },
      { thinking: { type: 'between_tools' } },
      { enable_thinking: true },
    ],
    [
      'silence may mean off',
      { reasoning: 'enable_thinking', thinking_default: 'off' },
      {},
      { enable_thinking: false },
    ],
    [
      'a word overrules that',
      { reasoning: 'enable_thinking', thinking_default: 'off' },
      ON,
      { enable_thinking: true },
    ],
    [
      'a forced tool switches it off',
      { reasoning: 'thinking_type', forced_tool_choice_disables_thinking: true },
      { ...ON, ...TOOLS, tool_choice: { type: 'any' } },
      { thinking: { type: 'disabled' } },
    ],
    [
      'a free choice does not',
      { reasoning: 'thinking_type', forced_tool_choice_disables_thinking: true },
      { ...ON, ...TOOLS, tool_choice: { type: 'auto' } },
      { thinking: { type: 'enabled' } },
    ],
    [
      'a plain call switches it off, asked or not',
      { reasoning: 'enable_thinking', thinking_needs_stream: true },
      {},
      { enable_thinking: false },
    ],
    [
      'a plain call is no matter in other modes',
      { reasoning: 'thinking_type', thinking_needs_stream: true },
      ON,
      { thinking: { type: 'enabled' } },
    ],
  ])('%s', (_, options, request, fields) => {
    expect(told(request, options)).toEqual(fields);
  });

  it('stays hidden only when the client itself said so', () => {
    const forced = { ...ON, ...TOOLS, tool_choice: { type: 'any' } };
    expect(convert(forced, { forced_tool_choice_disables_thinking: true }).thinkingHidden).toBe(false);
    expect(convert(OFF).thinkingHidden).toBe(true);
  });
});

describe('replayed reasoning', () => {
  const REPLAY = { replay_reasoning: 'reasoning_content', replay_missing: ' ' } as const;
  const loop = [
    user(text('Q1')),
    assistant(thinking('T1'), text('A1')),
    user(text('Q2')),
    assistant(thinking('T2'), toolUse('a')),
    user(toolResult('a', '1'), text('beside a result')),
    system(text('a note')),
    assistant(toolUse('b')),
    user(toolResult('b', '2')),
  ];
  const replayed = (
    messages: readonly unknown[],
    options: Partial<Profile>,
    request: object = {},
  ): unknown[] =>
    convert({ messages, ...request }, options)
      .body.messages.filter((message) => message.role === 'assistant')
      .map((message) => message.reasoning_content ?? message.reasoning ?? message.reasoning_details ?? null);

  it.each<[title: string, options: Partial<Profile>, request: object, expected: unknown[]]>([
    ['is everywhere, the placeholder on calls only', REPLAY, {}, ['T1', 'T2', ' ']],
    [
      'is limited to the current loop, the placeholder too',
      { ...REPLAY, replay_scope: 'current_turn', replay_missing_on: 'all' },
      {},
      [null, 'T2', ' '],
    ],
    ['has no placeholder while thinking is off', REPLAY, OFF, ['T1', 'T2', null]],
    [
      'has none when a forced tool switched it off',
      { ...REPLAY, forced_tool_choice_disables_thinking: true },
      { ...TOOLS, tool_choice: { type: 'any' } },
      ['T1', 'T2', null],
    ],
    ['goes into the field the provider reads', { replay_reasoning: 'reasoning' }, {}, ['T1', 'T2', null]],
    [
      'is text where there is no state for details',
      { replay_reasoning: 'reasoning_details' },
      {},
      ['T1', 'T2', null],
    ],
    ['is nowhere by default', {}, {}, [null, null, null]],
  ])('%s', (_, options, request, expected) => {
    expect(replayed(loop, options, request)).toEqual(expected);
  });

  it('is for the whole conversation when the user never spoke', () => {
    const silent = [assistant(thinking('T'), toolUse('a')), user(toolResult('a', '1'))];
    expect(replayed(silent, { ...REPLAY, replay_scope: 'current_turn' })).toEqual(['T']);
  });

  it('ends with a user turn that answers nothing, but not with mere results nobody asked for', () => {
    const orphan = [user(text('Q')), assistant(thinking('T'), text('A')), user(toolResult('ghost', 'x'))];
    const options = { ...REPLAY, replay_scope: 'current_turn' } as const;
    expect(replayed([...orphan, assistant(text('B')), user(text('end'))], options)).toEqual([null, null]);
    expect(replayed(orphan, options)).toEqual(['T']);
  });

  it('goes on across a system message within the conversation', () => {
    const messages = [
      user(text('Q')),
      assistant(thinking('T'), text('A')),
      system(text('S')),
      assistant(toolUse('a')),
      user(toolResult('a', '1')),
    ];
    for (const inline_system of ['user', 'keep'] as const) {
      expect(replayed(messages, { ...REPLAY, replay_scope: 'current_turn', inline_system })).toEqual([
        'T',
        ' ',
      ]);
    }
  });

  it('brings opaque state back where it came from', () => {
    const details = [{ type: 'reasoning.encrypted', data: 'x' }];
    const extra = { google: { thought_signature: 'sig' } };
    const messages = [
      user(text('Q')),
      assistant(
        toolUse('toolu_x_YTpi'),
        toolUse('b'),
        { type: 'redacted_thinking', data: encodeCarriedState({ extraContent: { toolu_x_YTpi: extra } }) },
        thinking('T', encodeCarriedState({ reasoningDetails: details })),
      ),
      user(toolResult('toolu_x_YTpi', '1'), toolResult('b', '2')),
    ];
    const { body } = convert({ messages }, { replay_reasoning: 'reasoning_details' });
    expect(body.messages[1]).toEqual({
      role: 'assistant',
      content: null,
      reasoning_details: details,
      tool_calls: [
        { id: 'a:b', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: extra },
        { id: 'b', type: 'function', function: { name: 'f', arguments: '{}' } },
      ],
    });
    expect(convert({ messages }).body.messages[1]).not.toHaveProperty('reasoning_details');
    expect(convert({ messages }).body.messages[1]).toHaveProperty('tool_calls.0.extra_content', extra);
  });
});

describe('a wish that the provider has no field for', () => {
  const EFFORT = { output_config: { effort: 'high' } };
  const DISABLED = { thinking: { type: 'disabled' } };

  it.each<readonly [string, object, Partial<Profile>]>([
    ['an effort, enable_thinking', EFFORT, { reasoning: 'enable_thinking' }],
    ['an effort, thinking_type', EFFORT, { reasoning: 'thinking_type' }],
    ['an effort, chat_template_kwargs', EFFORT, { reasoning: 'chat_template_kwargs' }],
    ['no thinking, effort without a value for off', DISABLED, { reasoning: 'effort' }],
  ])('is told as a loss: %s', (_, request, options) => {
    expect(lossCodes(convert({ ...request }, options))).toEqual(['thinking_control_dropped']);
  });

  it.each<readonly [string, object, Partial<Profile>]>([
    [
      'an effort, thinking_type with effort',
      EFFORT,
      { reasoning: 'thinking_type', thinking_type_effort: true },
    ],
    ['no thinking, effort with a value for off', DISABLED, { reasoning: 'effort', effort_off: 'none' }],
    ['nothing said, thinking off by default', {}, { reasoning: 'effort', thinking_default: 'off' }],
  ])('is no loss where there is one: %s', (_, request, options) => {
    expect(lossCodes(convert({ ...request }, options))).toEqual([]);
  });
});
