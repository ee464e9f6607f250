import type { StopReason } from '@ccs/wire';

/**
 * What a `finish_reason` means (specification P4): a stop reason; `error` or `overloaded` when the answer is
 * none; null when it says nothing (null, '', missing, not a string).
 */
export type FinishMeaning = StopReason | 'error' | 'overloaded' | null;

const MEANINGS: ReadonlyMap<string, FinishMeaning> = new Map<string, FinishMeaning>([
  ['', null],
  ...entries('end_turn', 'stop', 'eos', 'end_turn', 'complete', 'completed', 'stop_sequence'),
  ...entries('tool_use', 'tool_calls', 'function_call', 'tool_use'),
  ...entries('max_tokens', 'length', 'max_tokens', 'max_output_tokens'),
  ...entries(
    'refusal',
    'content_filter',
    'sensitive',
    'safety',
    'refusal',
    'recitation',
    'blocklist',
    'prohibited_content',
    'spii',
    'content_filtered',
    'guardrail_intervened',
  ),
  ...entries(
    'model_context_window_exceeded',
    'model_context_window_exceeded',
    'context_length_exceeded',
    'context_window_exceeded',
  ),
  ...entries('error', 'error', 'network_error', 'abort', 'cancelled', 'timeout'),
  ['insufficient_system_resource', 'overloaded'],
]);

function entries(meaning: FinishMeaning, ...reasons: readonly string[]): [string, FinishMeaning][] {
  return reasons.map((reason) => [reason, meaning]);
}

/** Case does not matter; an unknown reason ends the turn. */
export function mapFinishReason(finishReason: unknown): FinishMeaning {
  if (typeof finishReason !== 'string') return null;
  const meaning = MEANINGS.get(finishReason.trim().toLowerCase());
  return meaning === undefined ? 'end_turn' : meaning;
}

/** Whether a finish reason ends an answer well, rather than instead of one. */
export function isStopReason(meaning: FinishMeaning): meaning is StopReason {
  return meaning !== null && meaning !== 'error' && meaning !== 'overloaded';
}

const STRENGTH: Readonly<Record<StopReason, number>> = {
  refusal: 5,
  model_context_window_exceeded: 4,
  max_tokens: 3,
  tool_use: 2,
  end_turn: 1,
  stop_sequence: 1,
  pause_turn: 1,
};

/** Of several finish reasons in one stream the strongest counts (S5). */
export function strongerStopReason(a: StopReason | null, b: StopReason | null): StopReason | null {
  if (a === null || b === null) return a ?? b;
  return STRENGTH[b] > STRENGTH[a] ? b : a;
}

/** What the whole answer says about how it ended. */
export interface AnswerEnd {
  /** The strongest finish reason; null when none was given. */
  readonly finish: StopReason | null;
  readonly hasToolCalls: boolean;
  readonly hasRefusalText: boolean;
  /** The stop string the provider named, if it is one of the request's. */
  readonly stopSequence: string | null;
}

export interface MappedStop {
  readonly stop_reason: StopReason;
  readonly stop_sequence: string | null;
}

/** The stop reason after the content is known (P4, below its table). */
export function mapStopReason(end: AnswerEnd): MappedStop {
  const reason = end.finish ?? 'end_turn';
  if (reason === 'tool_use' || reason === 'end_turn') {
    if (end.hasToolCalls) return { stop_reason: 'tool_use', stop_sequence: null };
    if (end.hasRefusalText) return { stop_reason: 'refusal', stop_sequence: null };
    if (end.stopSequence !== null) return { stop_reason: 'stop_sequence', stop_sequence: end.stopSequence };
    return { stop_reason: 'end_turn', stop_sequence: null };
  }
  return { stop_reason: reason, stop_sequence: null };
}

/** The stop string a choice names (vLLM `stop_reason`, SGLang `matched_stop`), if the request has it. */
export function namedStopSequence(
  choice: Readonly<Record<string, unknown>>,
  stopSequences: readonly string[],
): string | null {
  for (const named of [choice['stop_reason'], choice['matched_stop']]) {
    if (typeof named === 'string' && stopSequences.includes(named)) return named;
  }
  return null;
}
