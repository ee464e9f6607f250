import type { MessagesRequest } from '@ccs/wire';
import { isRecord, type JsonRecord } from '../json-record.js';
import type { LossList } from '../loss.js';
import { nonEmptyText } from './content-parts.js';
import { fitEffort } from './fit-effort.js';
import type { Profile } from './profile.js';

/** What the model is told about thinking; `unset` leaves it to the provider. */
export type ThinkingState = 'on' | 'off' | 'unset';

export interface ConvertedThinking {
  readonly state: ThinkingState;
  /** Fields of the upstream body. */
  readonly fields: JsonRecord;
}

interface Wish {
  readonly state: ThinkingState;
  /** Only `enabled` has one; adaptive thinking leaves the amount to the model. */
  readonly budgetTokens: number | null;
  /** As the client wrote it. */
  readonly effort: string | null;
}

/** Thinking and effort in the provider's own terms (specification R5.1–R5.4). */
export function convertThinking(
  request: MessagesRequest,
  profile: Profile,
  losses: LossList,
): ConvertedThinking {
  const wish = readWish(request);
  const state = decideState(wish, request, profile, losses);
  if (isThinkingDisabled(request) && profile.reasoning === 'effort' && profile.effort_off === null) {
    losses.add('thinking_control_dropped', 'thinking');
  }
  return { state, fields: fieldsOf({ ...wish, state }, profile, losses) };
}

/** Whether the client said that it wants no thinking at all (P2). */
export function isThinkingDisabled(request: MessagesRequest): boolean {
  return isRecord(request.thinking) && request.thinking.type === 'disabled';
}

function readWish(request: MessagesRequest): Wish {
  const thinking: JsonRecord = isRecord(request.thinking) ? request.thinking : {};
  const budget = thinking['budget_tokens'];
  return {
    state: stateOf(thinking['type']),
    budgetTokens: thinking['type'] === 'enabled' && typeof budget === 'number' && budget > 0 ? budget : null,
    effort: readEffort(request),
  };
}

function stateOf(type: unknown): ThinkingState {
  switch (type) {
    case 'disabled':
      return 'off';
    case 'enabled':
    case 'adaptive':
    case 'between_tools':
      return 'on';
    default:
      return 'unset';
  }
}

/** The last one a mid-conversation system message sets, else the request's. */
function readEffort(request: MessagesRequest): string | null {
  if (Array.isArray(request.messages)) {
    for (let i = request.messages.length - 1; i >= 0; i--) {
      const message: unknown = request.messages[i];
      if (!isRecord(message) || message['role'] !== 'system') continue;
      const config = message['output_config'];
      const effort = isRecord(config) ? nonEmptyText(config['effort']) : null;
      if (effort !== null) return effort;
    }
  }
  return isRecord(request.output_config) ? nonEmptyText(request.output_config.effort) : null;
}

function decideState(
  wish: Wish,
  request: MessagesRequest,
  profile: Profile,
  losses: LossList,
): ThinkingState {
  if (profile.forced_tool_choice_disables_thinking && isForced(request.tool_choice)) {
    if (wish.state === 'on') losses.add('thinking_off_for_tool_choice', 'tool_choice');
    return 'off';
  }
  if (profile.reasoning === 'enable_thinking' && profile.thinking_needs_stream && request.stream !== true) {
    if (wish.state === 'on') losses.add('thinking_off_without_stream', 'thinking');
    return 'off';
  }
  const isSilent = !isRecord(request.thinking);
  return isSilent && profile.thinking_default === 'off' ? 'off' : wish.state;
}

function isForced(choice: unknown): boolean {
  return isRecord(choice) && (choice['type'] === 'any' || choice['type'] === 'tool');
}

function fieldsOf(wish: Wish, profile: Profile, losses: LossList): JsonRecord {
  switch (profile.reasoning) {
    case 'none':
      if (wish.state !== 'unset' || wish.effort !== null) losses.add('thinking_control_dropped', 'thinking');
      return {};
    case 'effort':
      return effortFields(wish, profile, losses);
    case 'openrouter':
      return openRouterFields(wish, profile, losses);
    case 'enable_thinking':
      noteEffort(wish, losses);
      if (wish.state === 'unset') return {};
      if (wish.state === 'off') return { enable_thinking: false };
      return wish.budgetTokens === null
        ? { enable_thinking: true }
        : { enable_thinking: true, thinking_budget: wish.budgetTokens };
    case 'thinking_type':
      return thinkingTypeFields(wish, profile, losses);
    case 'chat_template_kwargs':
      noteBudget(wish, losses);
      noteEffort(wish, losses);
      return wish.state === 'unset'
        ? {}
        : { chat_template_kwargs: { [profile.template_kwarg]: wish.state === 'on' } };
    default:
      return profile.reasoning satisfies never;
  }
}

function effortFields(wish: Wish, profile: Profile, losses: LossList): JsonRecord {
  if (wish.state === 'off')
    return profile.effort_off === null ? {} : { reasoning_effort: profile.effort_off };
  const effort = effortOf(wish, profile, losses);
  return effort === null ? {} : { reasoning_effort: effort };
}

function openRouterFields(wish: Wish, profile: Profile, losses: LossList): JsonRecord {
  if (wish.state === 'off') return { reasoning: { enabled: false } };
  const effort = wish.effort === null ? null : fitted(wish.effort, profile, losses);
  if (effort !== null) return { reasoning: { effort } };
  if (wish.state === 'unset') return {};
  return { reasoning: wish.budgetTokens === null ? { enabled: true } : { max_tokens: wish.budgetTokens } };
}

function thinkingTypeFields(wish: Wish, profile: Profile, losses: LossList): JsonRecord {
  const effort =
    profile.thinking_type_effort && wish.state !== 'off' ? effortOf(wish, profile, losses) : null;
  if (!profile.thinking_type_effort) {
    noteBudget(wish, losses);
    noteEffort(wish, losses);
  }
  return {
    ...(wish.state === 'unset' ? {} : { thinking: { type: wish.state === 'on' ? 'enabled' : 'disabled' } }),
    ...(effort === null ? {} : { reasoning_effort: effort }),
  };
}

/** R5.1: the explicit effort, else what the budget amounts to (Claude Code's are 4000, 10000, 31999). */
function effortOf(wish: Wish, profile: Profile, losses: LossList): string | null {
  if (wish.effort !== null) return fitted(wish.effort, profile, losses);
  if (wish.budgetTokens === null || wish.state !== 'on') return null;
  noteBudget(wish, losses);
  const effort = wish.budgetTokens < 4096 ? 'low' : wish.budgetTokens < 16_384 ? 'medium' : 'high';
  return fitEffort(effort, profile.effort_values);
}

function fitted(effort: string, profile: Profile, losses: LossList): string | null {
  const value = fitEffort(effort, profile.effort_values);
  if (value !== effort) losses.add('effort_fitted', 'output_config.effort');
  return value;
}

function noteBudget(wish: Wish, losses: LossList): void {
  if (wish.budgetTokens !== null && wish.state === 'on') {
    losses.add('thinking_budget_approximated', 'thinking.budget_tokens');
  }
}

/** For providers that only switch thinking on and off. */
function noteEffort(wish: Wish, losses: LossList): void {
  if (wish.effort !== null) losses.add('thinking_control_dropped', 'output_config.effort');
}
