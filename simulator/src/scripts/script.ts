/**
 * What a script may say. Every interface here is also the JSON of the control API, so that a test in this
 * process and a shell with curl write the same thing. `parse-script.ts` checks it and refuses unknown keys.
 */

export type Dialect = 'openai' | 'anthropic';

/** `messages` is the model call of either dialect: `…/chat/completions` or `…/v1/messages`. */
export type EndpointName = 'messages' | 'count_tokens' | 'models';

export interface Script {
  /** Shown in the ledger beside the requests this script answered. */
  readonly name?: string;
  /** A standing script is never used up; queued ones come first, in the order they were added. */
  readonly standing?: boolean;
  /** How many requests a queued script answers; default 1. */
  readonly times?: number;
  /** All given conditions must hold; absent or empty: every model call. */
  readonly match?: Match;
  /** A string is short for a message with that text. */
  readonly answer: Answer | string;
  readonly delivery?: Delivery;
}

export interface Match {
  /** The name in `/p/<name>/…`; `""` for requests without such a prefix. */
  readonly provider?: string;
  readonly dialect?: Dialect;
  /** Default `messages`. */
  readonly endpoint?: EndpointName;
  readonly model?: string;
  readonly stream?: boolean;
  /** A substring of the newest user text (system reminders left out). */
  readonly userText?: string;
  /** Whether the last message brings tool results. */
  readonly toolResults?: boolean;
}

export type Answer = MessageAnswer | StepsAnswer | StatusAnswer | RawAnswer | AssistantAnswer;

/**
 * A complete answer in the caller's dialect, streamed or whole as the request asks.
 * With `id`, `model` and `respondAs` all given it does not depend on the request (stream usage comes unasked):
 * it is encoded once and, unless the ledger is `full`, the body is not even parsed (benchmarks).
 */
export interface MessageAnswer {
  readonly kind: 'message';
  /** Empty: an answer without any output. */
  readonly content: readonly ContentPart[];
  /**
   * `stop`, `length`, `tool_calls`, `content_filter` and `refusal` are put in the dialect's words; any other
   * value travels as it is. Default: `tool_calls` if there are any, else `stop`.
   */
  readonly finish?: string;
  readonly usage?: ScriptedUsage | 'none';
  /**
   * Streams only. OpenAI: a chunk of its own (default), in the chunk with `finish_reason`, or in every chunk.
   * Anthropic: `finish_chunk` keeps the input counts back until `message_delta`.
   */
  readonly usageIn?: 'own_chunk' | 'finish_chunk' | 'every_chunk';
  /** OpenAI streams: headers of all tool calls first, then their argument pieces in turn. */
  readonly interleaveToolCalls?: boolean;
  /** A request that ends on an assistant message gets only what of the text comes after that (prefill). */
  readonly continuesPrefill?: boolean;
  readonly id?: string;
  /** The model named in the answer; default the one asked for. */
  readonly model?: string;
  /** Overrides what the request asks for. */
  readonly respondAs?: 'stream' | 'whole';
}

export type ContentPart = TextPart | ReasoningPart | ToolCallPart;

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** Into how many deltas the text is cut; default one per 20 characters. */
  readonly pieces?: number;
  /** Sends the text this many times, each time as deltas of its own (long streams). */
  readonly repeat?: number;
}

export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly pieces?: number;
  /** OpenAI only; default `reasoning_content`. Anthropic always gets a thinking block. */
  readonly field?: 'reasoning_content' | 'reasoning' | 'think_tags';
  /** Anthropic only; default a fixed one, `""` for none. */
  readonly signature?: string;
}

export interface ToolCallPart {
  readonly type: 'tool_call';
  readonly name: string;
  /** A string travels as it is, valid JSON or not; anything else is encoded. */
  readonly arguments: unknown;
  /** Default: one that is unique over all answers of this and any other simulator. */
  readonly id?: string;
  /** Into how many deltas the arguments are cut; default 3. */
  readonly pieces?: number;
}

/** Tokens as OpenAI counts them: `input` includes what was read from or written to a cache. */
export interface ScriptedUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

/** A tool loop: step n answers after n rounds of tool calls since the newest user text; the last one repeats. */
export interface StepsAnswer {
  readonly kind: 'steps';
  readonly steps: readonly (LeafAnswer | string)[];
}

export type LeafAnswer = Exclude<Answer, StepsAnswer>;

/** An HTTP answer without model output. Without `body` and `text`: the dialect's error envelope for the status. */
export interface StatusAnswer {
  readonly kind: 'status';
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: unknown;
  /** Any other body, HTML for example; `content-type` is `text/html` unless `headers` says otherwise. */
  readonly text?: string;
  /** `error.message` of the default envelope. */
  readonly message?: string;
  /** Puts the caller's credential into the default message, as OpenAI does on 401. */
  readonly echoKey?: boolean;
}

/** Exactly these bytes: one chunk, one socket write. This is how recorded streams are replayed. */
export interface RawAnswer {
  readonly kind: 'raw';
  readonly chunks: readonly RawChunk[];
  readonly status?: number;
  /** Default `content-type: text/event-stream; charset=utf-8`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `none`: no status line, no headers, no chunked framing; the chunks are all the client gets. */
  readonly head?: 'none';
  /** Default `eof`: the body ends as HTTP wants it. The others as in `Fault`. */
  readonly end?: 'eof' | 'cut' | 'reset' | 'hang';
}

/** UTF-8 text, or bytes in base64. */
export type RawChunk = string | { readonly b64: string };

/** The built-in assistant that also answers when no script matches. */
export interface AssistantAnswer {
  readonly kind: 'assistant';
}

/** How an answer travels. Frames are server-sent events, raw chunks, or one whole body. */
export interface Delivery {
  readonly headersAfterMs?: number;
  /** Counted from the headers. */
  readonly firstFrameAfterMs?: number;
  readonly betweenFramesMs?: number;
  /** Paces frames by the tokens in them (about four characters each). */
  readonly tokensPerSecond?: number;
  /** Adds up to this much, at random, to each of the delays above; default 0. */
  readonly jitterMs?: number;
  /** Default 1. */
  readonly framesPerWrite?: number;
  /** Cuts the body into writes of this size, wherever that falls (slow drip). */
  readonly bytesPerWrite?: number;
  readonly gates?: readonly Gate[];
  readonly fault?: Fault;
  readonly encoding?: ContentEncoding;
  /** `close` says so in a header; `silent_close` keeps quiet and closes the socket after the answer. */
  readonly connection?: 'close' | 'silent_close';
  /** Added to the answer's own headers, or replacing them; `""` removes one. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer waits here until the control API opens the gate. */
export interface Gate {
  /** Number of frames sent before the wait; 0: only the headers. */
  readonly afterFrame: number;
  readonly name: string;
}

export type ContentEncoding = 'gzip' | 'br' | 'deflate' | 'zstd';

/**
 * `hang`: nothing more comes and the socket stays open. `cut`: FIN in the middle of the answer.
 * `reset`: RST. A point beyond the end of the answer lies just before its proper end.
 */
export type Fault =
  | { readonly kind: 'hang' | 'cut' | 'reset'; readonly at: FaultPoint }
  /** An error object of the dialect (or `body`, with `event: error` in Anthropic's case), then a proper end. */
  | { readonly kind: 'error'; readonly afterFrame: number; readonly body?: unknown }
  /** Bytes that belong to no protocol, between two frames. Default: 24 bytes that are not UTF-8. */
  | { readonly kind: 'garbage'; readonly afterFrame: number; readonly bytes?: RawChunk }
  /** The JSON of this frame (0 is the first) stops half-way. */
  | { readonly kind: 'malformed'; readonly frame: number };

export type FaultPoint = 'before_headers' | { readonly afterFrame: number } | { readonly afterByte: number };
