import type { CountTokensRequest, MessagesRequest } from '@ccs/wire';
import { InvalidRequestError, MalformedJsonError } from '../../errors/caller-errors.js';
import type { ConversionTarget } from '../anthropic-openai/conversion.js';
import { LossList, type Loss } from '../loss.js';
import { findForeignThinking, type ForeignThinking } from './foreign-thinking.js';
import { arrayElements, objectMembers, type Member } from './json-spans.js';
import { deleteElements, spliceBytes, type Edit } from './splice-bytes.js';

export interface RewrittenRequest {
  readonly body: Uint8Array;
  readonly losses: readonly Loss[];
}

const utf8 = new TextEncoder();

/**
 * The body of a request for an Anthropic-format provider: the client's own bytes with another `model`
 * (specification T1), `max_tokens` lowered to the profile's limit, and thinking that no Anthropic backend
 * would accept cut out (T3). Every other byte stays; where nothing changes it is the same array.
 *
 * @param bytes the body as received
 * @param parsed what `JSON.parse` made of these bytes
 * @throws InvalidRequestError naming a top-level key that occurs twice (T0), MalformedJsonError
 */
export function rewriteRequest(
  bytes: Uint8Array,
  parsed: MessagesRequest | CountTokensRequest,
  target: ConversionTarget,
): RewrittenRequest {
  const members = topLevelMembers(bytes);
  const losses = new LossList();
  const edits = [
    ...editModel(members, parsed.model, target.model),
    ...editMaxTokens(members, parsed.max_tokens, target.profile.max_tokens_limit, losses),
    ...editThinking(bytes, members, parsed.messages, losses),
  ];
  return { body: spliceBytes(bytes, edits), losses: losses.toArray() };
}

/** T0: policy reads one of two equal keys, a provider might read the other. */
function topLevelMembers(bytes: Uint8Array): ReadonlyMap<string, Member> {
  const members = objectMembers(bytes);
  if (members === null) throw new MalformedJsonError('it is not one JSON object');
  const byName = new Map<string, Member>();
  for (const member of members) {
    if (byName.has(member.name)) {
      throw new InvalidRequestError(member.name.slice(0, 100), 'occurs twice; give each key once');
    }
    byName.set(member.name, member);
  }
  return byName;
}

function editModel(members: ReadonlyMap<string, Member>, from: unknown, to: string): Edit[] {
  const member = members.get('model');
  if (member === undefined || from === to) return [];
  return [{ start: member.start, end: member.end, bytes: utf8.encode(JSON.stringify(to)) }];
}

function editMaxTokens(
  members: ReadonlyMap<string, Member>,
  maxTokens: unknown,
  limit: number | null,
  losses: LossList,
): Edit[] {
  const member = members.get('max_tokens');
  if (member === undefined || limit === null || typeof maxTokens !== 'number' || maxTokens <= limit)
    return [];
  losses.add('max_tokens_lowered', 'max_tokens');
  return [{ start: member.start, end: member.end, bytes: utf8.encode(String(limit)) }];
}

function editThinking(
  bytes: Uint8Array,
  members: ReadonlyMap<string, Member>,
  messages: unknown,
  losses: LossList,
): Edit[] {
  const foreign = findForeignThinking(messages);
  const member = members.get('messages');
  if (foreign.size === 0 || member === undefined) return [];
  for (const [index, { blocks }] of foreign) {
    for (const block of blocks) losses.add('gateway_thinking_removed', ['messages', index, 'content', block]);
  }
  const elements = arrayElements(bytes, member.start);
  if (elements === null) throw new MalformedJsonError('messages is not a list');
  const edits = deleteElements(elements, (index) => foreign.get(index)?.emptiesMessage === true);
  for (const [index, found] of foreign) {
    const element = elements[index];
    if (element !== undefined && !found.emptiesMessage) {
      for (const edit of editContent(bytes, element.start, found)) edits.push(edit);
    }
  }
  return edits;
}

function editContent(bytes: Uint8Array, messageStart: number, found: ForeignThinking): Edit[] {
  // Of two equal keys within a message the last one counts, as it did for whoever parsed it.
  const content = objectMembers(bytes, messageStart)?.findLast((member) => member.name === 'content');
  const blocks = content === undefined ? null : arrayElements(bytes, content.start);
  if (blocks === null) throw new MalformedJsonError('a message has no list of content');
  return deleteElements(blocks, (index) => found.blocks.has(index));
}
