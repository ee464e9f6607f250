interface LossEntry {
  /** Rule of the conversion specification that produces it. */
  readonly rule: string;
  /**
   * The model can do less than the client asked for, or a promise the client relies on is not kept: a caller
   * that asked for `strict` gets a 400 instead.
   */
  readonly changesCapability: boolean;
  readonly meaning: string;
}

/** Everything a conversion may drop, clamp or replace. The codes are stable: metrics and callers know them. */
export const LOSSES = {
  max_tokens_lowered: {
    rule: 'R1.2',
    changesCapability: false,
    meaning: '`max_tokens` was lowered to what the model accepts.',
  },
  sampling_dropped: {
    rule: 'R1.3',
    changesCapability: false,
    meaning: '`temperature` or `top_p` is not accepted by the model.',
  },
  top_k_dropped: { rule: 'R1.3', changesCapability: false, meaning: '`top_k` is not accepted.' },
  stop_sequences_dropped: {
    rule: 'R1.4',
    changesCapability: true,
    meaning: 'The provider takes no stop sequences.',
  },
  stop_sequences_cut: {
    rule: 'R1.4',
    changesCapability: true,
    meaning: 'The provider takes fewer stop sequences; the first ones were sent.',
  },
  user_id_dropped: { rule: 'R1.7', changesCapability: false, meaning: '`metadata.user_id` was not sent.' },
  user_id_hashed: {
    rule: 'R1.7',
    changesCapability: false,
    meaning: '`metadata.user_id` is longer than 64 characters; its SHA-256 was sent.',
  },
  service_tier_dropped: { rule: 'R1.8', changesCapability: false, meaning: '`service_tier` was not sent.' },
  context_management_dropped: {
    rule: 'R1.9',
    changesCapability: false,
    meaning: 'The provider does not edit contexts.',
  },
  betas_ignored: {
    rule: 'R1.9',
    changesCapability: false,
    meaning: 'Anthropic betas have no meaning for an OpenAI-format provider.',
  },
  inference_geo_dropped: {
    rule: 'R1.9',
    changesCapability: true,
    meaning: 'The wish where to run the model cannot be passed on.',
  },
  unknown_field_dropped: {
    rule: 'R1.9',
    changesCapability: false,
    meaning: 'A field without a counterpart was not sent.',
  },
  tool_pairing_repaired: {
    rule: 'R2.5',
    changesCapability: false,
    meaning: 'Tool calls and results did not match; a result was made up or became text.',
  },
  inline_system_as_user: {
    rule: 'R2.9',
    changesCapability: false,
    meaning: 'A system message within the conversation was sent as user text.',
  },
  image_placeholder: { rule: 'R3.2', changesCapability: true, meaning: 'An image was replaced by a note.' },
  pdf_placeholder: { rule: 'R3.3', changesCapability: true, meaning: 'A document was replaced by a note.' },
  citations_dropped: {
    rule: 'R3.3',
    changesCapability: true,
    meaning: 'Citations were asked for; the provider makes none.',
  },
  thinking_history_dropped: {
    rule: 'R3.6',
    changesCapability: false,
    meaning: 'Earlier thinking was not sent back.',
  },
  redacted_thinking_dropped: {
    rule: 'R3.6',
    changesCapability: false,
    meaning: 'Earlier thinking that only Anthropic can read was not sent.',
  },
  server_tool_history_as_text: {
    rule: 'R3.7',
    changesCapability: false,
    meaning: 'An earlier call of a server tool was written out as text.',
  },
  unknown_block_dropped: {
    rule: 'R3.10',
    changesCapability: true,
    meaning: 'A content block of an unknown type, or without a place in the other format, was left out.',
  },
  tool_field_dropped: {
    rule: 'R4.1',
    changesCapability: false,
    meaning: 'A field of a tool beyond name, description and schema was not sent.',
  },
  schema_simplified: {
    rule: 'R4.2',
    changesCapability: false,
    meaning: 'A tool schema was rewritten into what the provider accepts.',
  },
  server_tool_dropped: {
    rule: 'R4.4',
    changesCapability: true,
    meaning: 'A tool that Anthropic runs itself is not offered to the model.',
  },
  tool_choice_weakened: {
    rule: 'R4.6',
    changesCapability: true,
    meaning: 'The provider cannot be forced to this choice of tool.',
  },
  parallel_limit_dropped: {
    rule: 'R4.7',
    changesCapability: true,
    meaning: '`disable_parallel_tool_use` cannot be passed on.',
  },
  tool_search_replaced: {
    rule: 'R4.8',
    changesCapability: false,
    meaning: 'The provider cannot search tools; all deferred ones were sent.',
  },
  strict_dropped: {
    rule: 'R4.9',
    changesCapability: true,
    meaning: '`strict` of a tool was not sent; arguments may deviate from the schema.',
  },
  effort_fitted: {
    rule: 'R5.1',
    changesCapability: false,
    meaning: 'The effort was replaced by one the model knows.',
  },
  thinking_control_dropped: {
    rule: 'R5.2',
    changesCapability: false,
    meaning: 'The provider has no switch for thinking or effort.',
  },
  thinking_budget_approximated: {
    rule: 'R5.2',
    changesCapability: false,
    meaning: 'A token budget for thinking became an effort, or none.',
  },
  thinking_off_for_tool_choice: {
    rule: 'R5.3',
    changesCapability: false,
    meaning: 'The provider does not think with a forced tool; thinking was switched off.',
  },
  thinking_off_without_stream: {
    rule: 'R5.4',
    changesCapability: true,
    meaning: 'The provider thinks only in streams; thinking was switched off.',
  },
  response_format_weakened: {
    rule: 'R6',
    changesCapability: true,
    meaning: 'The schema of the answer is asked for in words, not enforced.',
  },
  cache_control_dropped: {
    rule: 'R7',
    changesCapability: false,
    meaning: 'The provider caches by itself or not at all.',
  },
  betas_dropped: { rule: 'T2', changesCapability: false, meaning: 'A beta the provider does not take.' },
  gateway_thinking_removed: {
    rule: 'T3',
    changesCapability: false,
    meaning: 'Thinking of another provider was taken out of the history.',
  },
} as const satisfies Record<string, LossEntry>;

export type LossCode = keyof typeof LOSSES;

/** One kind of thing a conversion dropped, clamped or replaced; `path` is where it happened first. */
export interface Loss {
  readonly code: LossCode;
  readonly path?: string;
}

/** Collects the losses of one conversion, each code once, so that a hostile request cannot make it long. */
export class LossList {
  readonly #losses = new Map<LossCode, Loss>();

  /** The parts of a path are joined only when the code is new. */
  add(code: LossCode, path?: string | readonly (string | number)[]): void {
    if (this.#losses.has(code)) return;
    if (path === undefined) this.#losses.set(code, { code });
    else this.#losses.set(code, { code, path: typeof path === 'string' ? path : path.join('.') });
  }

  /** In the order in which they first happened. */
  toArray(): readonly Loss[] {
    return [...this.#losses.values()];
  }
}
