import type { ChatCompletionRequest } from '@ccs/wire';
import type { Loss } from '../loss.js';
import type { Profile } from './profile.js';

/** Where a request goes: the upstream's name of the model and what that provider + model can do. */
export interface ConversionTarget {
  readonly model: string;
  readonly profile: Profile;
}

/** What the way back needs to know of a request. */
export interface WayBack {
  readonly profile: Profile;
  /** The name the client asked for; the answer carries it (P1). */
  readonly requestedModel: string;
  /** The client switched thinking off: its blocks are not shown (P2). */
  readonly thinkingHidden: boolean;
  /** Upstream tool name -> the client's name, for every tool sent (R4.3). */
  readonly toolNames: ReadonlyMap<string, string>;
  /** Ids of tool_use blocks in the request's history, as the client spells them (P6). */
  readonly usedToolIds: ReadonlySet<string>;
  readonly stopSequences: readonly string[];
}

/**
 * A converted request together with what the way back needs. One per attempt; nothing in it aliases the
 * client's request in a way that a later attempt could notice.
 */
export interface Conversion extends WayBack {
  readonly body: ChatCompletionRequest;
  /** What was dropped, clamped or replaced. */
  readonly losses: readonly Loss[];
  /** Characters of base64 in the body; token estimates leave them out (C1). */
  readonly base64Length: number;
}

/** Makers of fresh ids, given as an argument so that conversion stays pure. */
export interface IdSource {
  /** `msg_…` */
  messageId(): string;
  /** `toolu_…` */
  toolUseId(): string;
}

/** Lower-case hex SHA-256 of the UTF-8 form of `text`. */
export type Sha256Hex = (text: string) => string;
