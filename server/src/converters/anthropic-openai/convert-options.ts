import type { ChatCompletionRequest, MessagesRequest } from '@ccs/wire';
import { InvalidRequestError } from '../../errors/caller-errors.js';
import { isAbsent, isRecord } from '../json-record.js';
import type { LossCode, LossList } from '../loss.js';
import { nonEmptyText } from './content-parts.js';
import type { ConversionContext } from './conversion-context.js';
import type { Profile } from './profile.js';

const MAX_USER_LENGTH = 64;

/**
 * Fields that would silently change what the model can do if they were dropped (specification R1.9).
 *
 * @throws InvalidRequestError naming the field
 */
export function refuseUnservable(request: MessagesRequest): void {
  if (!isRecord(request)) throw new InvalidRequestError('', 'The request body must be a JSON object');
  const servers: unknown = request.mcp_servers;
  if (Array.isArray(servers) ? servers.length > 0 : !isAbsent(servers)) {
    throw new InvalidRequestError(
      'mcp_servers',
      'is not available with this provider; connect them in the client',
    );
  }
  if (!isAbsent(request.container)) {
    throw new InvalidRequestError('container', 'is not available with this provider');
  }
  if (isRecord(request['thread']) && !isAbsent(request['thread']['previous_message_id'])) {
    throw new InvalidRequestError(
      'thread.previous_message_id',
      'is not available with this provider; send the whole conversation',
    );
  }
}

/** Writes the scalar fields into the upstream body, in a fixed order (specification R1.2–R1.9). */
export function convertOptions(
  request: MessagesRequest,
  context: ConversionContext,
  body: ChatCompletionRequest,
): void {
  const { profile, losses } = context;
  convertMaxTokens(request.max_tokens, profile, losses, body);
  convertSampling(request, profile, losses, body);
  convertStop(request, profile, losses, body);
  if (request.stream === true) {
    body.stream = true;
    if (profile.stream_usage) body.stream_options = { include_usage: true };
  }
  convertUser(request.metadata, context, body);
  convertServiceTier(request.service_tier, profile, losses, body);
  noteDroppedFields(request, losses);
}

/** As the client wrote them; the answer's `stop_sequence` is one of these (P4). */
export function stopSequencesOf(request: MessagesRequest): readonly string[] {
  const stops: unknown = request.stop_sequences;
  return Array.isArray(stops) ? (stops as readonly unknown[]).filter((stop) => typeof stop === 'string') : [];
}

function convertMaxTokens(
  maxTokens: unknown,
  profile: Profile,
  losses: LossList,
  body: ChatCompletionRequest,
): void {
  if (typeof maxTokens !== 'number') return;
  const limit = profile.max_tokens_limit;
  if (limit !== null && maxTokens > limit) losses.add('max_tokens_lowered', 'max_tokens');
  body[profile.max_tokens_field] = limit === null ? maxTokens : Math.min(maxTokens, limit);
}

function convertSampling(
  request: MessagesRequest,
  profile: Profile,
  losses: LossList,
  body: ChatCompletionRequest,
): void {
  for (const key of ['temperature', 'top_p', 'top_k'] as const) {
    const value: unknown = request[key];
    if (typeof value !== 'number') continue;
    if (profile[key] === 'send') body[key] = value;
    else losses.add(key === 'top_k' ? 'top_k_dropped' : 'sampling_dropped', key);
  }
}

function convertStop(
  request: MessagesRequest,
  profile: Profile,
  losses: LossList,
  body: ChatCompletionRequest,
): void {
  const stops = stopSequencesOf(request);
  if (stops.length === 0) return;
  if (profile.stop === 'drop') {
    losses.add('stop_sequences_dropped', 'stop_sequences');
    return;
  }
  const limit = profile.stop_max ?? stops.length;
  if (stops.length > limit) losses.add('stop_sequences_cut', ['stop_sequences', limit]);
  body.stop = stops.slice(0, limit);
}

/** R1.7: OpenAI limits `user` to 64 characters; Claude Code's ids are longer. */
function convertUser(metadata: unknown, context: ConversionContext, body: ChatCompletionRequest): void {
  const userId = isRecord(metadata) ? nonEmptyText(metadata['user_id']) : null;
  if (userId === null) return;
  if (context.profile.user === 'drop') {
    context.lose('user_id_dropped', ['metadata', 'user_id']);
  } else if (isLongerThan(userId, MAX_USER_LENGTH)) {
    context.lose('user_id_hashed', ['metadata', 'user_id']);
    body.user = context.sha256Hex(userId);
  } else {
    body.user = userId;
  }
}

/** In code points; a code point has at most two UTF-16 units. */
function isLongerThan(text: string, limit: number): boolean {
  return text.length > 2 * limit || (text.length > limit && [...text].length > limit);
}

/** R1.8 */
function convertServiceTier(
  tier: unknown,
  profile: Profile,
  losses: LossList,
  body: ChatCompletionRequest,
): void {
  if (tier === 'standard_only' && profile.service_tier === 'send') body.service_tier = 'default';
  else if (typeof tier === 'string' && tier !== 'auto') losses.add('service_tier_dropped', 'service_tier');
}

/** Fields that are converted, or refused, somewhere. */
const HANDLED: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'system',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'metadata',
  'service_tier',
  'thinking',
  'tools',
  'tool_choice',
  'output_config',
  'output_format',
  'mcp_servers',
  'container',
]);

const DROPPED: ReadonlyMap<string, LossCode> = new Map([
  ['betas', 'betas_ignored'],
  ['cache_control', 'cache_control_dropped'],
  ['context_management', 'context_management_dropped'],
  ['inference_geo', 'inference_geo_dropped'],
]);

function noteDroppedFields(request: MessagesRequest, losses: LossList): void {
  for (const key of Object.keys(request)) {
    if (!HANDLED.has(key) && !isAbsent(request[key]))
      losses.add(DROPPED.get(key) ?? 'unknown_field_dropped', key);
  }
}
