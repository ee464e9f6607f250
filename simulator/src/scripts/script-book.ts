import type { ModelCall } from '../calls/model-call.js';
import type { Route } from '../calls/route.js';
import type { Match, Script } from './script.js';

interface Queued {
  readonly script: Script;
  left: number;
}

/** The scripts in force: a queue, used up in order, and standing ones behind it, newest first. */
export class ScriptBook {
  #queue: Queued[] = [];
  #standing: Script[] = [];

  add(scripts: readonly Script[]): void {
    for (const script of scripts) {
      if (script.standing === true) this.#standing.unshift(script);
      else this.#queue.push({ script, left: script.times ?? 1 });
    }
  }

  clear(): void {
    this.#queue = [];
    this.#standing = [];
  }

  /** What is left, queue first; `times` is what remains. */
  list(): Script[] {
    return [...this.#queue.map(({ script, left }) => ({ ...script, times: left })), ...this.#standing];
  }

  /**
   * The script that answers this route whatever the body holds; `undefined` if only the body can tell.
   * Uses the script up like `take`.
   */
  takeByRoute(route: Route): Script | undefined {
    const script = this.#candidates().find((candidate) => matchesRoute(candidate.match ?? {}, route));
    if (script === undefined || asksForBody(script)) return undefined;
    this.#use(script);
    return script;
  }

  /** The first script whose conditions all hold; a queued one is used up. `call` is absent without a usable body. */
  take(route: Route, call: ModelCall | undefined): Script | undefined {
    const script = this.#candidates().find(
      ({ match = {} }) => matchesRoute(match, route) && matchesCall(match, call),
    );
    if (script !== undefined) this.#use(script);
    return script;
  }

  #candidates(): Script[] {
    if (this.#queue.length === 0) return this.#standing;
    return [...this.#queue.map(({ script }) => script), ...this.#standing];
  }

  #use(script: Script): void {
    const position = this.#queue.findIndex((queued) => queued.script === script);
    const queued = this.#queue[position];
    if (queued === undefined) return;
    queued.left -= 1;
    if (queued.left === 0) this.#queue.splice(position, 1);
  }
}

function matchesRoute(match: Match, route: Route): boolean {
  return (
    (match.endpoint ?? 'messages') === route.target &&
    (match.provider === undefined || match.provider === route.provider) &&
    (match.dialect === undefined || match.dialect === route.dialect)
  );
}

function matchesCall(match: Match, call: ModelCall | undefined): boolean {
  if (!readsBody(match)) return true;
  return (
    call !== undefined &&
    (match.model === undefined || match.model === call.model) &&
    (match.stream === undefined || match.stream === call.stream) &&
    (match.userText === undefined || call.userText.includes(match.userText)) &&
    (match.toolResults === undefined || match.toolResults === call.toolResults.length > 0)
  );
}

function readsBody(match: Match): boolean {
  const { model, stream, userText, toolResults } = match;
  return [model, stream, userText, toolResults].some((condition) => condition !== undefined);
}

function asksForBody(script: Script): boolean {
  return readsBody(script.match ?? {}) || typeof script.answer === 'string' || !isFixed(script.answer);
}

/** Whether the answer is the same for every request of a dialect. */
export function isFixed(answer: Exclude<Script['answer'], string>): boolean {
  switch (answer.kind) {
    case 'raw':
      return true;
    case 'status':
      return answer.echoKey !== true;
    case 'message':
      return answer.id !== undefined && answer.model !== undefined && answer.respondAs !== undefined;
    case 'steps':
    case 'assistant':
      return false;
    default:
      return answer satisfies never;
  }
}
