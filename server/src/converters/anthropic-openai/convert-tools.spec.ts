import { describe, expect, it } from '@jest/globals';
import {
  assistant,
  convert,
  lossCodes,
  messageOf,
  system,
  text,
  toolResult,
  toolUse,
  user,
} from '../../../test/support/conversions.js';
import type { Profile } from './profile.js';

const tool = (name: string, more: object = {}): object => ({
  name,
  input_schema: { type: 'object', properties: {} },
  ...more,
});
const deferred = (name: string): object => tool(name, { defer_loading: true });
const WEB_SEARCH = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 };
const TOOL_SEARCH = { type: 'tool_search_tool_regex_20251119', name: 'tool_search' };

const sentNames = (request: object, options: Partial<Profile> = {}): string[] =>
  (convert({ ...request }, options).body.tools ?? []).map((each) => each.function.name);

describe('tool_choice', () => {
  it.each<[mode: Profile['tool_choice'], choice: object, sent: unknown]>([
    ['full', { type: 'none' }, 'none'],
    ['full', { type: 'any' }, 'required'],
    ['no_named', { type: 'tool', name: 'f' }, 'required'],
    ['no_named', { type: 'any' }, 'required'],
    ['auto_only', { type: 'any' }, 'auto'],
    ['auto_only', { type: 'tool', name: 'f' }, 'auto'],
    ['full', { type: 'some_day' }, undefined],
  ])('%s: %j becomes %j', (mode, choice, sent) => {
    expect(
      convert({ tools: [tool('f')], tool_choice: choice }, { tool_choice: mode }).body.tool_choice,
    ).toEqual(sent);
  });

  it('none takes the tools away where the provider knows only auto', () => {
    const { body } = convert(
      { tools: [tool('f')], tool_choice: { type: 'none', disable_parallel_tool_use: true } },
      { tool_choice: 'auto_only' },
    );
    expect(Object.keys(body)).toEqual(['model', 'messages', 'max_tokens']);
  });

  it('limits parallel calls only where that can be said', () => {
    const request = { tools: [tool('f')], tool_choice: { type: 'auto', disable_parallel_tool_use: true } };
    expect(convert(request).body.parallel_tool_calls).toBe(false);
    const dropped = convert(request, { parallel_tool_calls: 'drop' });
    expect(dropped.body).not.toHaveProperty('parallel_tool_calls');
    expect(lossCodes(dropped)).toEqual(['parallel_limit_dropped']);
    expect(
      convert({ tools: [tool('f')], tool_choice: { type: 'auto', disable_parallel_tool_use: false } }).body,
    ).not.toHaveProperty('parallel_tool_calls');
  });
});

describe('server tools', () => {
  it('alone are a 400 that names them; a search for tools alone is not', () => {
    const only = { tools: [TOOL_SEARCH, WEB_SEARCH, { type: 'computer_20250124', name: 'computer' }] };
    expect(messageOf(() => convert(only))).toMatch(/^tools\.1: .*web_search, computer/);
    expect(convert({ tools: [TOOL_SEARCH] }).body).not.toHaveProperty('tools');
  });

  it('named in tool_choice are a 400 that names them', () => {
    for (const name of ['web_search', 'tool_search']) {
      const request = { tools: [tool('f'), WEB_SEARCH, TOOL_SEARCH], tool_choice: { type: 'tool', name } };
      expect(messageOf(() => convert(request))).toMatch(new RegExp(`^tool_choice\\.name: .*${name}`));
    }
  });

  it('without a name of their own are named by their type', () => {
    expect(messageOf(() => convert({ tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }))).toContain(
      'mcp_toolset',
    );
  });

  it('do not count as the only ones beside a deferred tool', () => {
    expect(convert({ tools: [WEB_SEARCH, deferred('a')] }).body).not.toHaveProperty('tools');
  });

  it('with a schema of their own are functions', () => {
    expect(sentNames({ tools: [tool('f', { type: 'something_new' })] })).toEqual(['f']);
  });
});

describe('deferred tools', () => {
  const tools = [tool('a'), deferred('b'), deferred('c')];
  const loaded = [
    user(text('Q')),
    assistant(toolUse('t')),
    user(toolResult('t', [{ type: 'tool_reference', tool_name: 'c' }])),
  ];

  it.each<[title: string, request: object, options: Partial<Profile>, sent: string[]]>([
    ['are hidden', { tools }, {}, ['a']],
    ['are sent once a result names them', { tools, messages: loaded }, {}, ['a', 'c']],
    [
      'are sent when they are the choice',
      { tools, tool_choice: { type: 'tool', name: 'b' } },
      {},
      ['a', 'b'],
    ],
    ['are all sent where they are not emulated', { tools }, { defer_loading: 'ignore' }, ['a', 'b', 'c']],
    [
      'are all sent with the search that the provider lacks',
      { tools: [...tools, TOOL_SEARCH] },
      {},
      ['a', 'b', 'c'],
    ],
  ])('%s', (_, request, options, sent) => {
    expect(sentNames(request, options)).toEqual(sent);
  });
});

describe('changes of the tools within the conversation', () => {
  const add = (reference: object): object => ({ type: 'tool_addition', tool: reference });
  const remove = (reference: object): object => ({ type: 'tool_removal', tool: reference });
  const ref = (name: string): object => ({ type: 'tool_reference', name });
  const definition = (of: object): object => ({ type: 'tool_definition', definition: of });
  const tools = [tool('a'), deferred('b')];

  it.each<[title: string, blocks: readonly object[], sent: string[]]>([
    ['a reference shows a deferred tool', [add(ref('b'))], ['a', 'b']],
    ['a removal hides', [remove(ref('a'))], []],
    ['in order: hidden and shown again', [remove(ref('a')), add(ref('a'))], ['a']],
    ['a definition adds', [add(definition(tool('n')))], ['a', 'n']],
    [
      'a definition may be removed by name',
      [add(definition(tool('n'))), remove(definition(tool('n')))],
      ['a'],
    ],
    ['a deferred definition is visible all the same', [add(definition(deferred('n')))], ['a', 'n']],
    ['a reference to nothing does nothing', [add(ref('z')), remove(ref('z'))], ['a']],
    [
      'a reference to a server of its own is ignored',
      [add({ type: 'mcp_tool_reference', name: 'b' })],
      ['a'],
    ],
  ])('%s', (_, blocks, sent) => {
    expect(sentNames({ tools, messages: [user(text('Q')), system(...blocks)] })).toEqual(sent);
    expect(sentNames({ tools, messages: [user(text('Q'), ...blocks)] })).toEqual(sent);
  });

  it('a definition replaces the tool of its name in its place, and the block itself vanishes', () => {
    const { body } = convert({
      tools: [tool('a'), tool('z')],
      messages: [user(text('Q'), add(definition(tool('a', { description: 'new' }))))],
    });
    expect(body.messages).toEqual([{ role: 'user', content: 'Q' }]);
    expect(body.tools?.map((each) => [each.function.name, each.function.description])).toEqual([
      ['a', 'new'],
      ['z', undefined],
    ]);
  });

  it('a server tool cannot be defined afterwards either', () => {
    const request = { tools: [tool('a')], messages: [user(text('Q'), add(definition(WEB_SEARCH)))] };
    expect(sentNames(request)).toEqual(['a']);
    expect(convert(request).losses).toContainEqual({
      code: 'server_tool_dropped',
      path: 'messages.0.content.1',
    });
  });
});

describe('tools', () => {
  it('are told by name in the answer, every one of them', () => {
    const long = 'n'.repeat(100);
    const { toolNames, body } = convert({ tools: [tool('a'), tool(long), tool('ü')] });
    expect([...toolNames.values()]).toEqual(['a', long, 'ü']);
    expect([...toolNames.keys()]).toEqual(body.tools?.map((each) => each.function.name));
  });

  it('carry strict only where it is understood', () => {
    const request = { tools: [tool('a', { strict: true }), tool('b', { strict: false })] };
    const sent = convert(request, { strict_tools: 'send' }).body.tools;
    expect(sent?.map((each) => each.function.strict)).toEqual([true, false]);
    expect(JSON.stringify(convert(request).body)).not.toContain('strict');
  });

  it.each<[type: string, commands: readonly string[]]>([
    ['text_editor_20250124', ['view', 'create', 'str_replace', 'insert', 'undo_edit']],
    ['text_editor_20250728', ['view', 'create', 'str_replace', 'insert']],
    ['memory_20250818', ['view', 'create', 'str_replace', 'insert', 'delete', 'rename']],
  ])('of type %s get the schema Claude knows by heart', (type, commands) => {
    const [sent] = convert({ tools: [{ type, name: 'mine' }] }).body.tools ?? [];
    expect(sent?.function).toMatchObject({
      name: 'mine',
      description: expect.stringMatching(/\w/),
      parameters: { type: 'object', properties: { command: { enum: commands } } },
    });
  });

  it('defined by Anthropic keep a schema they bring along', () => {
    const [sent] = convert({ tools: [tool('bash', { type: 'bash_20250124' })] }).body.tools ?? [];
    expect(sent?.function.parameters).toEqual({ type: 'object', properties: {} });
  });

  it('are not offered through inherited names', () => {
    expect(sentNames({ tools: [tool('constructor'), tool('__proto__')] })).toEqual([
      'constructor',
      '__proto__',
    ]);
  });
});
