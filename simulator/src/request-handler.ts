import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerModels } from './answers/model-list.js';
import { encodeAnswer, encodeError, leafAnswer, type AnswerContext } from './answers/answer-encoder.js';
import { jsonReply, type Reply } from './answers/reply.js';
import { InvalidCallError, estimateInputTokens, type ModelCall } from './calls/model-call.js';
import { readCall } from './calls/read-call.js';
import type { Route } from './calls/route.js';
import { planDelivery, type DeliveryPlan } from './delivery/delivery-plan.js';
import type { Gates } from './delivery/gates.js';
import { Playback } from './delivery/playback.js';
import type { AnswerRecord } from './ledger/answer-record.js';
import type { Ledger } from './ledger/ledger.js';
import type { Dialect, LeafAnswer, Script } from './scripts/script.js';
import { isFixed, type ScriptBook } from './scripts/script-book.js';
import { readBody, skipBody } from './request-body.js';
import type { Connections } from './connections.js';

export interface HandlerParts {
  readonly book: ScriptBook;
  readonly ledger: Ledger;
  readonly gates: Gates;
  readonly connections: Connections;
  readonly models: readonly string[];
  readonly random: () => number;
  /** Begins every generated id; differs between simulators. */
  readonly idPrefix: string;
}

/** One request to a played provider: find the script, encode its answer, send it, write the ledger. */
export class RequestHandler {
  #answered = 0;
  readonly #fixedPlans = new WeakMap<LeafAnswer, Map<Dialect, DeliveryPlan>>();

  constructor(private readonly parts: HandlerParts) {}

  async handle(request: IncomingMessage, response: ServerResponse, route: Route): Promise<void> {
    const record = this.#beginRecord(request, route);
    const early = this.parts.ledger.mode === 'full' ? undefined : this.parts.book.takeByRoute(route);
    const body = await (early === undefined ? readBody(request) : skipBody(request));
    if (record !== undefined) {
      record.received(Number(request.headers['content-length'] ?? body.bytes.length));
      this.parts.ledger.keep(record, body.bytes);
    }
    if (!body.complete) {
      record?.ended('aborted');
      return;
    }
    try {
      const plan = await this.#plan(request, route, body.bytes, early, record);
      if (record !== undefined) record.usage = plan.usage;
      const { gates, random } = this.parts;
      new Playback(plan, response, { gates, random, record }).start();
    } catch (error) {
      record?.ended('cut');
      throw error;
    }
  }

  #beginRecord(request: IncomingMessage, route: Route): AnswerRecord | undefined {
    if (this.parts.ledger.mode === 'off') return undefined;
    const connection = this.parts.connections.nextRequest(request.socket);
    return this.parts.ledger.begin({
      route,
      method: request.method ?? '',
      headers: request.headers,
      connection,
    });
  }

  async #plan(
    request: IncomingMessage,
    route: Route,
    body: Buffer,
    early: Script | undefined,
    record: AnswerRecord | undefined,
  ): Promise<DeliveryPlan> {
    const dialect = route.dialect ?? dialectOfHeaders(request);
    const { call, problem } = early === undefined ? readCallIfAny(route, dialect, body) : NO_CALL;
    const script = early ?? this.parts.book.take(route, call);
    if (record !== undefined) record.script = script?.name ?? null;
    this.#answered += 1;
    const context: AnswerContext = {
      dialect,
      call,
      headers: request.headers,
      uniqueId: `${this.parts.idPrefix}${this.#answered}`,
      nowMs: Date.now(),
    };
    if (script !== undefined) {
      const answer = leafAnswer(script.answer, call);
      if (isFixed(answer)) return this.#fixedPlan(answer, script, { ...context, call: undefined });
      if (call !== undefined || answer.kind === 'status') {
        return planDelivery(encodeAnswer(answer, context), script.delivery);
      }
    }
    return planDelivery(this.#builtInReply(route, context, body, problem), script?.delivery);
  }

  async #fixedPlan(answer: LeafAnswer, script: Script, context: AnswerContext): Promise<DeliveryPlan> {
    const known = this.#fixedPlans.get(answer) ?? new Map<Dialect, DeliveryPlan>();
    this.#fixedPlans.set(answer, known);
    const plan =
      known.get(context.dialect) ?? (await planDelivery(encodeAnswer(answer, context), script.delivery));
    known.set(context.dialect, plan);
    return plan;
  }

  /** What comes without a script that says otherwise. */
  #builtInReply(route: Route, context: AnswerContext, body: Buffer, problem: string | undefined): Reply {
    const { dialect } = context;
    if (problem !== undefined) return encodeError(400, problem, context);
    switch (route.target) {
      case 'messages':
        return encodeAnswer({ kind: 'assistant' }, context);
      case 'count_tokens':
        return jsonReply(dialect, 200, {}, { input_tokens: estimateInputTokens(body.length) });
      case 'models': {
        const wanted = /\/models\/(.+)$/.exec(route.path)?.[1];
        const models = answerModels(dialect, this.parts.models, wanted);
        return models === undefined
          ? encodeError(404, `no model ${wanted}`, context)
          : jsonReply(dialect, 200, {}, models);
      }
      case 'alive':
        // Only HEAD and GET / come here; a body after HEAD would be taken for the next answer.
        return { ...jsonReply(dialect, 200, {}, null), frames: [] };
      case 'control':
      case 'unknown':
        return encodeError(404, `no such endpoint: ${route.path}`, context);
      default:
        return route.target satisfies never;
    }
  }
}

interface CallOrProblem {
  readonly call: ModelCall | undefined;
  readonly problem: string | undefined;
}

const NO_CALL: CallOrProblem = { call: undefined, problem: undefined };

function readCallIfAny(route: Route, dialect: Dialect, body: Buffer): CallOrProblem {
  if (route.target !== 'messages') return NO_CALL;
  try {
    return { call: readCall(dialect, body), problem: undefined };
  } catch (error) {
    if (error instanceof InvalidCallError) return { call: undefined, problem: error.message };
    throw error;
  }
}

/** Both dialects list models at the same path; only Anthropic's clients send a version header. */
function dialectOfHeaders(request: IncomingMessage): Dialect {
  return request.headers['anthropic-version'] === undefined ? 'openai' : 'anthropic';
}
