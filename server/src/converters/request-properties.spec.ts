import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MessagesRequest } from '@ccs/wire';
import { sha256Hex } from '../../test/support/conversions.js';
import { GatewayError } from '../errors/gateway-error.js';
import { encodeRequest } from '../messages/handlers/encode-request.js';
import { rewriteRequest } from './anthropic-anthropic/rewrite-request.js';
import { convertRequest } from './anthropic-openai/convert-request.js';
import { PRESET_IDS } from './anthropic-openai/presets.js';
import { DEFAULT_PROFILE, type Profile } from './anthropic-openai/profile.js';
import { resolveProfile } from './anthropic-openai/resolve-profile.js';
import { validateMessagesRequest } from './anthropic-openai/validate-request.js';
import { stringifyJson } from './stringify-json.js';

const RUNS = { numRuns: 1000 };

/** Values where something else is expected, now and then. */
const wrong = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 40, arbitrary }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
const maybe = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.option(wrong(arbitrary), { nil: undefined });

const shortText = wrong(
  fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', 'gw1_x', 'toolu_x_YQ', '<system-reminder>')),
);
const toolName = fc.constantFrom('f', 'Read', 'n'.repeat(90), 'a b', '__proto__', 'constructor');
const toolId = fc.constantFrom('a', 'b', 'c', 'toolu_x_YTpi', 'abcDEF123', '__proto__');
const cacheControl = maybe(fc.constant({ type: 'ephemeral' }));
const source = fc.record({
  type: wrong(fc.constantFrom('base64', 'url', 'text', 'content')),
  media_type: maybe(fc.constantFrom('image/png', 'application/pdf')),
  data: maybe(fc.string({ maxLength: 8 })),
  url: maybe(fc.webUrl()),
  content: maybe(fc.array(fc.record({ type: fc.constant('text'), text: shortText }), { maxLength: 2 })),
});
const schemaOf = (depth: number): fc.Arbitrary<unknown> =>
  depth === 0
    ? fc.constantFrom({ type: 'string' }, {}, null, { $ref: '#' })
    : fc.record(
        {
          type: wrong(fc.constantFrom('object', 'string', ['string', 'null'])),
          properties: wrong(
            fc.dictionary(fc.constantFrom('a', 'type', '$ref', '__proto__'), schemaOf(depth - 1), {
              maxKeys: 2,
            }),
          ),
          required: wrong(fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 })),
          anyOf: wrong(fc.array(schemaOf(depth - 1), { maxLength: 2 })),
          allOf: wrong(fc.array(schemaOf(depth - 1), { maxLength: 2 })),
          $ref: wrong(fc.constantFrom('#', '#/$defs/A', '#/properties/a', 'x')),
          $defs: wrong(fc.record({ A: schemaOf(depth - 1) })),
          const: fc.jsonValue({ maxDepth: 1 }),
          format: shortText,
          additionalProperties: fc.constantFrom(true, false, null),
        },
        { requiredKeys: [] },
      );
const schema = schemaOf(2);
const BLOCK_TYPES = [
  'text',
  'text',
  'tool_use',
  'tool_use',
  'tool_result',
  'tool_result',
  'image',
  'document',
  'thinking',
  'redacted_thinking',
  'search_result',
  'tool_reference',
  'server_tool_use',
  'web_search_tool_result',
  'tool_addition',
  'tool_removal',
  'compaction',
  'new',
] as const;
const toolChange = fc.record({
  type: fc.constantFrom('tool_reference', 'tool_definition'),
  name: toolName,
  definition: fc.record({ name: toolName, input_schema: fc.constant({}) }),
});
const blockOf = (depth: number): fc.Arbitrary<unknown> =>
  fc.record({
    type: wrong(fc.constantFrom(...BLOCK_TYPES)),
    text: shortText,
    id: wrong(toolId),
    tool_use_id: wrong(toolId),
    name: wrong(toolName),
    tool_name: wrong(toolName),
    input: fc.jsonValue({ maxDepth: 1 }),
    content: maybe(
      depth === 0
        ? fc.string({ maxLength: 6 })
        : fc.oneof(fc.string({ maxLength: 6 }), fc.array(blockOf(depth - 1), { maxLength: 2 })),
    ),
    is_error: maybe(fc.boolean()),
    source: wrong(source),
    title: maybe(shortText),
    thinking: shortText,
    signature: shortText,
    data: shortText,
    tool: maybe(toolChange),
    cache_control: cacheControl,
  });
const block = blockOf(1);
const tool = fc.record({
  name: wrong(toolName),
  type: maybe(
    fc.constantFrom('custom', 'bash_20250124', 'web_search_20250305', 'tool_search_tool_regex_20251119'),
  ),
  description: maybe(shortText),
  input_schema: maybe(schema),
  defer_loading: maybe(fc.boolean()),
  strict: maybe(fc.boolean()),
  cache_control: cacheControl,
});
const request = fc.record({
  model: wrong(fc.constant('claude-sonnet-5')),
  max_tokens: wrong(fc.integer({ min: 1, max: 200_000 })),
  messages: wrong(
    fc.array(
      wrong(
        fc.record({
          role: wrong(fc.constantFrom('user', 'assistant', 'system')),
          content: wrong(fc.oneof(fc.string({ maxLength: 8 }), fc.array(wrong(block), { maxLength: 4 }))),
          output_config: maybe(fc.record({ effort: shortText })),
        }),
      ),
      { minLength: 1, maxLength: 6 },
    ),
  ),
  system: maybe(fc.oneof(fc.string(), fc.array(block, { maxLength: 2 }))),
  tools: maybe(fc.array(wrong(tool), { maxLength: 4 })),
  tool_choice: maybe(
    fc.record({
      type: wrong(fc.constantFrom('auto', 'any', 'tool', 'none')),
      name: wrong(toolName),
      disable_parallel_tool_use: maybe(fc.boolean()),
    }),
  ),
  thinking: maybe(
    fc.record({
      type: wrong(fc.constantFrom('enabled', 'disabled', 'adaptive')),
      budget_tokens: maybe(fc.nat()),
    }),
  ),
  output_config: maybe(
    fc.record({
      effort: maybe(fc.constantFrom('low', 'max')),
      format: maybe(fc.record({ type: fc.constant('json_schema'), schema })),
    }),
  ),
  stream: maybe(fc.boolean()),
  stop_sequences: maybe(fc.array(shortText, { maxLength: 3 })),
  metadata: maybe(fc.record({ user_id: maybe(fc.string({ maxLength: 200 })) })),
});

const profiles: fc.Arbitrary<Profile> = fc
  .tuple(
    fc.constantFrom(undefined, ...PRESET_IDS),
    fc.record(
      {
        tool_result_images: fc.constantFrom('user', 'tool'),
        inline_system: fc.constantFrom('user', 'keep'),
        text_parts: fc.constantFrom('parts', 'join'),
        cache_control: fc.constantFrom('keep', 'drop'),
        tool_id: fc.constantFrom('keep', 'alnum9'),
        response_format: fc.constantFrom('json_schema', 'json_object', 'none'),
        vision: fc.constantFrom('send', 'placeholder'),
        schema_dialect: fc.constantFrom('json_schema', 'openai', 'gemini'),
        prefill: fc.constantFrom('plain', 'reject', 'continue_final_message'),
        replay_scope: fc.constantFrom('all', 'current_turn'),
        replay_reasoning: fc.constantFrom('none', 'reasoning_content', 'reasoning', 'reasoning_details'),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([preset, profile]) => resolveProfile({ preset, profile: profile }));

/** JSON as it comes off the wire. */
const onWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null') as unknown;

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

/** The bytes of a conversion, or the typed error it ends with; anything else that is thrown fails the test. */
function outcomeOf(body: unknown, profile: Profile): string {
  try {
    const { body: converted, losses } = convertRequest(
      body as MessagesRequest,
      { model: 'up', profile },
      sha256Hex,
    );
    return `[${encodeRequest(converted).toString()},${stringifyJson(losses)}]`;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return `${error.status} ${error.message}`;
  }
}

describe('converting any request', () => {
  it('throws nothing but typed errors, changes nothing, and gives the same bytes twice', () => {
    fc.assert(
      fc.property(request, profiles, (generated, profile) => {
        const body = onWire(generated);
        deepFreeze(body);
        const first = outcomeOf(body, profile);
        expect(outcomeOf(body, profile)).toBe(first);
        // Frozen tools are converted and written once, others each time.
        expect(outcomeOf(onWire(body), profile)).toBe(first);
      }),
      RUNS,
    );
  });

  it('that is arbitrary JSON throws nothing but typed errors either', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const messages = { model: 'm', max_tokens: 1, messages: body };
        for (const value of [body, messages, { ...messages, messages: [body], tools: body, system: body }]) {
          outcomeOf(onWire(value), DEFAULT_PROFILE);
        }
        try {
          validateMessagesRequest(body);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
      RUNS,
    );
  });

  it('that was validated keeps the order that providers demand: every call answered at once, no lone result', () => {
    fc.assert(
      fc.property(request, profiles, (generated, profile) => {
        const body = onWire(generated);
        let messages;
        try {
          const { body: converted } = convertRequest(
            validateMessagesRequest(body),
            { model: 'up', profile },
            sha256Hex,
          );
          messages = converted.messages;
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          return;
        }
        let open: string[] = [];
        for (const message of messages) {
          if (message.role === 'tool') expect(message.tool_call_id).toBe(open.shift());
          else {
            expect(open).toEqual([]);
            open = message.role === 'assistant' ? (message.tool_calls ?? []).map((call) => call.id) : [];
          }
        }
        expect(open).toEqual([]);
      }),
      RUNS,
    );
  });

  it('keeps the converted beginning of a conversation that grows', () => {
    const turns = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string({ minLength: 1 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(turns, profiles, (said, profile) => {
        const messages = said.flatMap(([question, answer]) => [
          { role: 'user', content: question },
          {
            role: 'assistant',
            content: [
              { type: 'text', text: answer },
              { type: 'tool_use', id: 'a', name: 'f', input: {} },
            ],
          },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: answer }] },
          { role: 'assistant', content: answer },
        ]);
        const convertFirst = (count: number): string[] => {
          const part = { model: 'm', max_tokens: 1, messages: messages.slice(0, count) } as MessagesRequest;
          return convertRequest(part, { model: 'up', profile }, sha256Hex).body.messages.map((each) =>
            JSON.stringify(each),
          );
        };
        const scope = profile.replay_scope;
        if (scope === 'current_turn' && profile.replay_missing !== null) return;
        const shorter = convertFirst(messages.length - 3);
        expect(convertFirst(messages.length - 1).slice(0, shorter.length)).toEqual(shorter);
      }),
      RUNS,
    );
  });

  it('passes it on with only the model changed', () => {
    fc.assert(
      fc.property(request, fc.integer({ min: 0, max: 4 }), (generated, indent) => {
        const text = JSON.stringify({ ...(onWire(generated) as object), model: 'claude-x' }, null, indent);
        const parsed = JSON.parse(text) as MessagesRequest;
        const bytes = new TextEncoder().encode(text);
        const { body, losses } = rewriteRequest(bytes, parsed, {
          model: 'glm "5"',
          profile: DEFAULT_PROFILE,
        });
        const passed = JSON.parse(new TextDecoder().decode(body)) as MessagesRequest;
        if (losses.length > 0) return;
        expect(passed).toEqual({ ...parsed, model: 'glm "5"' });
        const at = text.lastIndexOf('"claude-x"');
        expect(new TextDecoder().decode(body)).toBe(
          `${text.slice(0, at)}"glm \\"5\\""${text.slice(at + 10)}`,
        );
      }),
      RUNS,
    );
  });
});

describe('a hostile request', () => {
  const nested = (levels: number, open: string, close: string): unknown =>
    JSON.parse(`${open.repeat(levels)}1${close.repeat(levels)}`) as unknown;
  const DEPTH = 20_000;

  it.each<[title: string, body: object]>([
    [
      'deep input',
      {
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 'a', name: 'f', input: nested(DEPTH, '{"1":', '}') }],
          },
        ],
      },
    ],
    [
      'a deep schema',
      {
        tools: [{ name: 'f', input_schema: nested(DEPTH, '{"items":', '}') }],
        output_config: { format: { type: 'json_schema', schema: nested(DEPTH, '{"items":', '}') } },
      },
    ],
    ['deep alternatives', { tools: [{ name: 'f', input_schema: nested(DEPTH, '{"anyOf":[', ']}') }] }],
    [
      'deep documents',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              nested(DEPTH, '{"type":"document","source":{"type":"content","content":[', ']}}'),
            ],
          },
        ],
      },
    ],
    [
      'deep results of server tools',
      {
        messages: [
          { role: 'user', content: [{ type: 'x_tool_result', content: nested(DEPTH, '{"content":', '}') }] },
        ],
      },
    ],
  ])('with %s is converted in every dialect', (_, body) => {
    for (const schema_dialect of ['json_schema', 'openai', 'gemini'] as const) {
      const value = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'Q' }], ...body };
      expect(outcomeOf(value, { ...DEFAULT_PROFILE, schema_dialect })).toMatch(/^\[/);
    }
  });

  /** Milliseconds of CPU for a conversation of so many blocks; the best of three: a busy machine does not count. */
  function timeOf(blocks: number, make: (i: number) => object, role: string): number {
    const content = Array.from({ length: blocks }, (_, i) => make(i));
    const value = {
      model: 'm',
      max_tokens: 1,
      messages: [
        { role: 'user', content: 'Q' },
        { role, content },
      ],
    };
    return Math.min(
      ...[1, 2, 3].map(() => {
        const start = process.threadCpuUsage();
        outcomeOf(value, { ...DEFAULT_PROFILE, text_parts: 'join' });
        const { user, system } = process.threadCpuUsage(start);
        return (user + system) / 1_000;
      }),
    );
  }

  it.each<[title: string, role: string, make: (i: number) => object]>([
    ['texts', 'assistant', () => ({ type: 'text', text: 'word' })],
    ['calls', 'assistant', (i) => ({ type: 'tool_use', id: `t${i}`, name: `f${i}`, input: {} })],
    [
      'results nobody asked for',
      'user',
      (i) => ({ type: 'tool_result', tool_use_id: `t${i}`, content: 'x' }),
    ],
    [
      'changes of tools',
      'user',
      (i) => ({ type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: `f${i}` } } }),
    ],
  ])('with many %s takes time in proportion', (_, role, make) => {
    timeOf(2000, make, role);
    const small = timeOf(5000, make, role);
    const large = timeOf(50_000, make, role);
    expect(large).toBeLessThan(Math.max(small, 2) * 60);
  });

  it('with one huge string is no slower than its size', () => {
    const huge = 'x-anthropic-billing-header: a\n'.repeat(200_000) + 'y'.repeat(5_000_000);
    const start = performance.now();
    const outcome = outcomeOf(
      { model: 'm', max_tokens: 1, system: huge, messages: [{ role: 'user', content: huge }] },
      DEFAULT_PROFILE,
    );
    expect(outcome.length).toBeGreaterThan(11_000_000);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
