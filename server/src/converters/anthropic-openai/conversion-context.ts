import { InvalidRequestError } from '../../errors/caller-errors.js';
import { isRecord, type JsonRecord } from '../json-record.js';
import { LossList, type LossCode } from '../loss.js';
import type { Sha256Hex } from './conversion.js';
import type { Profile } from './profile.js';
import { decodeToolId, toAlnum9ToolId } from './tool-ids.js';
import { toUpstreamToolName } from './tool-names.js';

/** Where something is in the request; joined with dots only when a message or a loss needs it. */
export type Path = readonly (string | number)[];

/** Texts that do not belong together are kept apart by this (specification, SEP). */
export const SEPARATOR = '\n\n';

/** A change of the tool list that the conversation itself asks for, in its order (R3.10, R4.8). */
export type ToolChange =
  | { readonly kind: 'show' | 'hide'; readonly name: string }
  | { readonly kind: 'define'; readonly tool: JsonRecord; readonly path: Path };

/** What one conversion carries from block to block: the profile, and what was seen on the way. */
export class ConversionContext {
  readonly losses = new LossList();
  /** Ids of tool_use blocks as the client spells them. */
  readonly usedToolIds = new Set<string>();
  readonly toolChanges: ToolChange[] = [];
  /** Characters of base64 that go upstream. */
  base64Length = 0;
  readonly #toolNames = new Map<string, string>();
  readonly #toolIds = new Map<string, string>();

  constructor(
    readonly profile: Profile,
    readonly sha256Hex: Sha256Hex,
  ) {}

  lose(code: LossCode, path: Path): void {
    this.losses.add(code, path);
  }

  refuse(path: Path, problem: string): never {
    throw new InvalidRequestError(path.join('.'), problem);
  }

  /** The name under which the provider knows a tool (R4.3). */
  upstreamToolName(name: string): string {
    let upstream = this.#toolNames.get(name);
    if (upstream === undefined) {
      upstream = toUpstreamToolName(name, this.profile.tool_name_max, this.sha256Hex);
      this.#toolNames.set(name, upstream);
    }
    return upstream;
  }

  /** The id under which the provider knows a call (R3.5). */
  upstreamToolId(id: string): string {
    let upstream = this.#toolIds.get(id);
    if (upstream === undefined) {
      upstream = decodeToolId(id);
      if (this.profile.tool_id === 'alnum9') upstream = toAlnum9ToolId(upstream, this.sha256Hex);
      this.#toolIds.set(id, upstream);
    }
    return upstream;
  }

  /** The block's `cache_control` where the provider honours it, else nothing (R7). */
  cacheControlOf(block: JsonRecord, path: Path): JsonRecord | undefined {
    const value = block['cache_control'];
    if (!isRecord(value)) return undefined;
    if (this.profile.cache_control === 'keep') return value;
    this.lose('cache_control_dropped', path);
    return undefined;
  }
}
