import { describe, expect, it } from '@jest/globals';
import {
  assistant,
  convert,
  lossCodes,
  messagesRequest,
  png,
  system,
  text,
  thinking,
  toolUse,
  user,
} from '../../test/support/conversions.js';
import { passThroughRequestHeaders } from './anthropic-anthropic/pass-through-headers.js';
import { rewriteRequest } from './anthropic-anthropic/rewrite-request.js';
import { DEFAULT_PROFILE, type Profile } from './anthropic-openai/profile.js';
import { LOSSES, LossList, type LossCode } from './loss.js';

type Case = readonly [request: object, options?: Partial<Profile>];

const tool = (more: object = {}): object => ({ name: 'f', input_schema: { type: 'object' }, ...more });
const tools = (more: object = {}): object => ({ tools: [tool(more)] });
const said = (...blocks: unknown[]): object => ({
  messages: [user(text('Q')), assistant(...blocks), user(text('Go'))],
});
const asked = (...blocks: unknown[]): object => ({ messages: [user(text('Q'), ...blocks)] });
const THINK = { thinking: { type: 'enabled', budget_tokens: 5000 } };

const CONVERSIONS: Partial<Record<LossCode, Case>> = {
  max_tokens_lowered: [{ max_tokens: 10 }, { max_tokens_limit: 5 }],
  sampling_dropped: [{ top_p: 1 }, { top_p: 'drop' }],
  top_k_dropped: [{ top_k: 1 }],
  stop_sequences_dropped: [{ stop_sequences: ['a'] }, { stop: 'drop' }],
  stop_sequences_cut: [{ stop_sequences: ['a', 'b'] }, { stop_max: 1 }],
  user_id_dropped: [{ metadata: { user_id: 'u' } }, { user: 'drop' }],
  user_id_hashed: [{ metadata: { user_id: 'u'.repeat(65) } }],
  service_tier_dropped: [{ service_tier: 'standard_only' }],
  context_management_dropped: [{ context_management: { edits: [] } }],
  betas_ignored: [{ betas: ['x'] }],
  inference_geo_dropped: [{ inference_geo: 'us' }],
  unknown_field_dropped: [{ speed: 'fast' }],
  tool_pairing_repaired: [said(toolUse('a'))],
  inline_system_as_user: [{ messages: [user(text('Q')), system(text('S'))] }],
  image_placeholder: [asked(png()), { vision: 'placeholder' }],
  pdf_placeholder: [asked({ type: 'document', source: { type: 'url', url: 'https://e.org/a.pdf' } })],
  citations_dropped: [
    asked({ type: 'search_result', title: 'T', source: 'S', content: [], citations: { enabled: true } }),
  ],
  thinking_history_dropped: [said(thinking('T'), text('A'))],
  redacted_thinking_dropped: [said({ type: 'redacted_thinking', data: 'foreign' }, text('A'))],
  server_tool_history_as_text: [said({ type: 'server_tool_use', name: 'web_search', input: {} })],
  unknown_block_dropped: [asked({ type: 'hologram' })],
  tool_field_dropped: [tools({ input_examples: [] })],
  schema_simplified: [tools({ input_schema: { anyOf: [] } }), { schema_dialect: 'openai' }],
  server_tool_dropped: [{ tools: [tool(), { type: 'web_search_20250305', name: 'web_search' }] }],
  tool_choice_weakened: [{ ...tools(), tool_choice: { type: 'any' } }, { tool_choice: 'auto_only' }],
  parallel_limit_dropped: [
    { ...tools(), tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    { parallel_tool_calls: 'drop' },
  ],
  tool_search_replaced: [{ tools: [tool(), { type: 'tool_search_tool_bm25_20251119', name: 's' }] }],
  strict_dropped: [tools({ strict: true })],
  effort_fitted: [{ output_config: { effort: 'max' } }, { reasoning: 'effort' }],
  thinking_control_dropped: [THINK],
  thinking_budget_approximated: [THINK, { reasoning: 'effort' }],
  thinking_off_for_tool_choice: [
    { ...THINK, ...tools(), tool_choice: { type: 'any' } },
    { reasoning: 'thinking_type', forced_tool_choice_disables_thinking: true },
  ],
  thinking_off_without_stream: [THINK, { reasoning: 'enable_thinking', thinking_needs_stream: true }],
  response_format_weakened: [
    { output_format: { type: 'json_schema', schema: {} } },
    { response_format: 'none' },
  ],
  cache_control_dropped: [asked(text('x', { cache_control: { type: 'ephemeral' } }))],
};

const PASS_THROUGH: Partial<Record<LossCode, () => readonly { code: LossCode }[]>> = {
  betas_dropped: () => passThroughRequestHeaders({ 'anthropic-beta': 'a,b' }, ['b']).losses,
  gateway_thinking_removed: () => {
    const request = messagesRequest(said(thinking('T', 'gw1_x'), text('A')) as Record<string, unknown>);
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    return rewriteRequest(bytes, request, { model: 'm', profile: DEFAULT_PROFILE }).losses;
  },
};

describe('losses', () => {
  it.each(Object.entries(CONVERSIONS))(
    '%s is told when it happens, and nothing else is',
    (code, [request, options]) => {
      expect(lossCodes(convert({ ...request }, options))).toEqual([code]);
      expect(lossCodes(convert())).toEqual([]);
    },
  );

  it.each(Object.entries(PASS_THROUGH))('%s is told when it happens, and nothing else is', (code, run) => {
    expect(run().map((loss) => loss.code)).toEqual([code]);
  });

  it('are all produced by something', () => {
    expect([...Object.keys(CONVERSIONS), ...Object.keys(PASS_THROUGH)].toSorted()).toEqual(
      Object.keys(LOSSES).toSorted(),
    );
  });

  it('name a rule of the specification, and what is meant', () => {
    for (const loss of Object.values(LOSSES)) {
      expect(loss.rule).toMatch(/^[RT]\d(\.\d+)?$/);
      expect(loss.meaning).toMatch(/^.*\.$/);
    }
  });

  it('are listed once per code, with the first place', () => {
    const list = new LossList();
    list.add('image_placeholder', ['messages', 0, 'content', 2]);
    list.add('image_placeholder', 'messages.1.content.0');
    list.add('top_k_dropped');
    expect(list.toArray()).toEqual([
      { code: 'image_placeholder', path: 'messages.0.content.2' },
      { code: 'top_k_dropped' },
    ]);
  });
});
