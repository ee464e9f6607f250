import { describe, expect, it } from '@jest/globals';
import {
  mapFinishReason,
  mapStopReason,
  namedStopSequence,
  strongerStopReason,
  type AnswerEnd,
} from './map-stop-reason.js';

describe('mapFinishReason', () => {
  it.each([
    [
      'end_turn',
      ['stop', 'eos', 'end_turn', 'complete', 'completed', 'stop_sequence', 'STOP', 'something_new'],
    ],
    ['tool_use', ['tool_calls', 'function_call', 'tool_use', 'Tool_Calls']],
    ['max_tokens', ['length', 'max_tokens', 'max_output_tokens', 'MAX_TOKENS']],
    [
      'refusal',
      [
        'content_filter',
        'sensitive',
        'safety',
        'refusal',
        'recitation',
        'blocklist',
        'prohibited_content',
        'spii',
      ],
    ],
    ['refusal', ['content_filtered', 'guardrail_intervened', 'SAFETY']],
    [
      'model_context_window_exceeded',
      ['model_context_window_exceeded', 'context_length_exceeded', 'context_window_exceeded'],
    ],
    ['error', ['error', 'network_error', 'abort', 'cancelled', 'timeout']],
    ['overloaded', ['insufficient_system_resource']],
    [null, ['', null, undefined, 3]],
  ])('means %s by %j', (meaning, reasons) => {
    for (const reason of reasons) expect(mapFinishReason(reason)).toBe(meaning);
  });
});

describe('mapStopReason', () => {
  const end = (overrides: Partial<AnswerEnd>): AnswerEnd => ({
    finish: 'end_turn',
    hasToolCalls: false,
    hasRefusalText: false,
    stopSequence: null,
    ...overrides,
  });

  it.each<[Partial<AnswerEnd>, string, string | null]>([
    [{}, 'end_turn', null],
    [{ finish: null }, 'end_turn', null],
    [{ finish: null, hasToolCalls: true }, 'tool_use', null],
    [{ hasToolCalls: true }, 'tool_use', null],
    [{ finish: 'tool_use' }, 'end_turn', null],
    [{ finish: 'tool_use', hasToolCalls: true }, 'tool_use', null],
    [{ hasRefusalText: true }, 'refusal', null],
    [{ finish: 'tool_use', hasRefusalText: true }, 'refusal', null],
    [{ hasRefusalText: true, hasToolCalls: true }, 'tool_use', null],
    [{ stopSequence: '###' }, 'stop_sequence', '###'],
    [{ stopSequence: '###', hasToolCalls: true }, 'tool_use', null],
    [
      { finish: 'max_tokens', hasToolCalls: true, hasRefusalText: true, stopSequence: '###' },
      'max_tokens',
      null,
    ],
    [{ finish: 'refusal', hasToolCalls: true }, 'refusal', null],
    [{ finish: 'model_context_window_exceeded', stopSequence: '###' }, 'model_context_window_exceeded', null],
  ])('of %j is %s', (overrides, reason, sequence) => {
    expect(mapStopReason(end(overrides))).toEqual({ stop_reason: reason, stop_sequence: sequence });
  });
});

describe('strongerStopReason', () => {
  it('follows refusal, context window, max_tokens, tool_use, end_turn', () => {
    const order = [
      null,
      'end_turn',
      'tool_use',
      'max_tokens',
      'model_context_window_exceeded',
      'refusal',
    ] as const;
    for (const [a, weaker] of order.entries()) {
      for (const stronger of order.slice(a)) {
        expect(strongerStopReason(weaker, stronger)).toBe(stronger);
        expect(strongerStopReason(stronger, weaker)).toBe(stronger);
      }
    }
  });
});

describe('namedStopSequence', () => {
  it.each([
    [{ stop_reason: 'END' }, 'END'],
    [{ matched_stop: 'END' }, 'END'],
    [{ stop_reason: null, matched_stop: 'END' }, 'END'],
    [{ matched_stop: 151645 }, null],
    [{ stop_reason: 'other' }, null],
    [{}, null],
  ])('in %j is %s', (choice, expected) => {
    expect(namedStopSequence(choice, ['END', '###'])).toBe(expected);
  });
});
