import { describe, expect, it } from '@jest/globals';
import {
  assistant,
  convert,
  convertConversation,
  lossCodes,
  messageOf,
  png,
  text,
  toolResult,
  toolUse,
  user,
} from '../../../test/support/conversions.js';

const fileSource = { type: 'file', file_id: 'file_1' };
const EPHEMERAL = { cache_control: { type: 'ephemeral' } };

describe('blocks', () => {
  const contentOf = (block: unknown, options = {}): unknown =>
    convertConversation([user(block)], options)[0]?.content;

  it.each<[title: string, block: unknown, content: unknown]>([
    [
      'an image without media type',
      { type: 'image', source: { type: 'base64', data: 'AA' } },
      [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } }],
    ],
    [
      'an image of an unknown source',
      { type: 'image', source: { type: 'cloud' } },
      '[Image omitted: its source is of an unknown kind.]',
    ],
    ['plain text without title', { type: 'document', source: { type: 'text', data: 'D' } }, 'D'],
    [
      'a PDF by URL',
      { type: 'document', source: { type: 'url', url: 'https://e.org/a.pdf' } },
      '[Document omitted (https://e.org/a.pdf): this model cannot read it.]',
    ],
    [
      'a PDF the model cannot read',
      {
        type: 'document',
        title: 'T',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
      },
      '[Document omitted (T): this model cannot read it.]',
    ],
    [
      'a document of blocks',
      { type: 'document', title: 'T', source: { type: 'content', content: [text('a'), text('b')] } },
      [text('a'), text('b')],
    ],
    ['a document of one string', { type: 'document', source: { type: 'content', content: 'a' } }, 'a'],
    ['a compaction', { type: 'compaction', content: 'so far' }, 'so far'],
    ['a future block with text', { type: 'poem', text: 'roses' }, 'roses'],
    [
      'a search result without texts',
      { type: 'search_result', title: 'T', source: 'S', content: [] },
      'Search result: T\nS',
    ],
  ])('%s', (_, block, content) => {
    expect(contentOf(block)).toEqual(content);
  });

  it('of unknown types without text are left out and counted', () => {
    const conversion = convert({ messages: [user(text('Hi'), { type: 'hologram', data: 1 })] });
    expect(conversion.body.messages).toEqual([{ role: 'user', content: 'Hi' }]);
    expect(conversion.losses).toEqual([{ code: 'unknown_block_dropped', path: 'messages.0.content.1' }]);
  });

  it('that name an uploaded file are refused with the path of the outer block', () => {
    const image = { type: 'image', source: fileSource };
    const document = { type: 'document', source: { type: 'content', content: [image] } };
    const at = (...blocks: unknown[]): string =>
      messageOf(() =>
        convertConversation([user(text('Q')), assistant(toolUse('a')), user(text('x'), ...blocks)]),
      );
    expect(at(image)).toMatch(/^messages\.2\.content\.1: /);
    expect(at({ type: 'document', source: fileSource })).toMatch(/^messages\.2\.content\.1: /);
    expect(at({ type: 'container_upload', file_id: 'f' })).toMatch(/^messages\.2\.content\.1: /);
    expect(at(toolResult('a', [text('t'), document]))).toMatch(/^messages\.2\.content\.1: /);
    expect(messageOf(() => contentOf(image, { vision: 'placeholder' }))).toMatch(
      /^messages\.0\.content\.0: /,
    );
  });

  it('pass their cache mark on to what stands for them', () => {
    const options = { cache_control: 'keep', text_parts: 'join' } as const;
    expect(contentOf({ ...(png() as object), ...EPHEMERAL }, options)).toEqual([
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' }, ...EPHEMERAL },
    ]);
    const document = {
      type: 'document',
      source: { type: 'content', content: [text('a'), text('b')] },
      ...EPHEMERAL,
    };
    expect(convertConversation([user(document)], { cache_control: 'keep' })[0]?.content).toEqual([
      text('a'),
      text('b', EPHEMERAL),
    ]);
    expect(convertConversation([user(text('a', EPHEMERAL), text('b'))], options)[0]?.content).toEqual([
      text('a\n\nb', EPHEMERAL),
    ]);
  });

  it('join to one string only where all are text', () => {
    const options = { text_parts: 'join' } as const;
    expect(convertConversation([user(text('a'), png())], options)[0]?.content).toHaveLength(2);
  });
});

describe('the history of server tools', () => {
  const rendered = (...blocks: unknown[]): unknown =>
    convertConversation([user(text('Q')), assistant(...blocks), user(text('Go'))])[1]?.content;

  it('is told in the place where it was', () => {
    const content = rendered(
      text('Searching.'),
      { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'bees' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 's',
        content: [
          { type: 'web_search_result', title: 'Bees', url: 'https://e.org/b', encrypted_content: 'SECRET' },
          { type: 'web_search_result', title: 'Wasps', url: 'https://e.org/w', encrypted_content: 'SECRET' },
        ],
      },
      text('Found.'),
    );
    expect(content).toBe(
      'Searching.\n\n[Called web_search with {"query":"bees"}]\n\n' +
        '[Result of web_search]\nBees\nhttps://e.org/b\nWasps\nhttps://e.org/w\n\nFound.',
    );
  });

  it.each<[title: string, block: object, has: readonly string[]]>([
    [
      'an error code',
      {
        type: 'web_search_tool_result',
        content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
      },
      ['max_uses_exceeded'],
    ],
    [
      'output and exit code',
      {
        type: 'bash_code_execution_tool_result',
        content: { stdout: 'out', stderr: 'err', return_code: 2, encrypted_stdout: 'SECRET' },
      },
      ['out', 'err', '2'],
    ],
    [
      'a fetched page',
      {
        type: 'web_fetch_tool_result',
        content: {
          url: 'https://e.org',
          content: { type: 'document', title: 'T', source: { type: 'text', data: 'page' } },
        },
      },
      ['https://e.org', 'T', 'page'],
    ],
    [
      'a fetched PDF without its base64',
      {
        type: 'web_fetch_tool_result',
        content: {
          url: 'https://e.org/p',
          content: { type: 'document', source: { type: 'base64', data: 'SECRET' } },
        },
      },
      ['https://e.org/p'],
    ],
    [
      'an MCP call',
      { type: 'mcp_tool_use', server_name: 'git', name: 'log', input: { n: 1 } },
      ['git', 'log', '{"n":1}'],
    ],
    ['an MCP result', { type: 'mcp_tool_result', content: [{ type: 'text', text: 'commit' }] }, ['commit']],
    [
      'a tool search',
      {
        type: 'tool_search_tool_result',
        content: { tool_references: [{ type: 'tool_reference', tool_name: 'mcp__x' }] },
      },
      ['mcp__x'],
    ],
    [
      'nothing but secrets',
      {
        type: 'advisor_tool_result',
        content: { type: 'advisor_redacted_result', encrypted_content: 'SECRET' },
      },
      ['advisor'],
    ],
  ])('tells %s', (_, block, has) => {
    const content = rendered(block);
    for (const piece of has) expect(content).toContain(piece);
    expect(content).not.toContain('SECRET');
  });

  it('counts as something lost', () => {
    expect(
      lossCodes(convert({ messages: [user({ type: 'server_tool_use', name: 'x', input: {} })] })),
    ).toEqual(['server_tool_history_as_text']);
  });
});
