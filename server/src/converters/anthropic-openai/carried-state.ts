import { isRecord, setOwn } from '../json-record.js';
import { stringifyJson } from '../stringify-json.js';

/**
 * What a provider wants back unchanged with the next request and Anthropic's format has no field for
 * (conversion specification R5.6). It travels statelessly through the client, in the signature of a thinking
 * block or the data of a redacted_thinking block.
 */
export interface CarriedState {
  /** The provider's `reasoning_details`, those of a stream concatenated. */
  readonly reasoningDetails?: readonly unknown[];
  /** `extra_content` of tool calls, keyed by the tool_use id as the client knows it. Own members only. */
  readonly extraContent?: Readonly<Record<string, unknown>>;
}

const PREFIX = 'gw1_';
/** Of the encoded form. Real states are some kilobytes; what is larger is not worth carrying in every request. */
const MAX_LENGTH = 8_388_608;
/** Bytes given to `String.fromCharCode` at once: engines limit the number of arguments. */
const SLICE_BYTES = 8192;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `gw1_` + base64url of the state's JSON. A state too large to carry is left out: the text still marks the block as ours. */
export function encodeCarriedState(state: CarriedState): string {
  const json = stringifyJson(state);
  const encoded = PREFIX + (json.length > MAX_LENGTH ? toBase64Url('{}') : toBase64Url(json));
  return encoded.length > MAX_LENGTH ? PREFIX + toBase64Url('{}') : encoded;
}

/** Whether a signature, or the data of a redacted_thinking block, was made by a gateway like this one (T3). */
export function isGatewaySignature(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** The state in a signature of ours; null for every other text, also a damaged or oversized one. Never throws. */
export function decodeCarriedState(text: string): CarriedState | null {
  if (!isGatewaySignature(text) || text.length > MAX_LENGTH) return null;
  const decoded = parse(text.slice(PREFIX.length));
  if (!isRecord(decoded)) return null;
  const { reasoningDetails, extraContent } = decoded;
  return {
    ...(Array.isArray(reasoningDetails) && reasoningDetails.length > 0 ? { reasoningDetails } : {}),
    ...(isRecord(extraContent) && Object.keys(extraContent).length > 0 ? { extraContent } : {}),
  };
}

/** The states of the blocks of one assistant turn, in their order, as one. */
export function joinCarriedStates(states: readonly CarriedState[]): CarriedState {
  const reasoningDetails = states.flatMap((state) => state.reasoningDetails ?? []);
  const extraContent: Record<string, unknown> = {};
  for (const state of states) {
    for (const [id, value] of Object.entries(state.extraContent ?? {})) setOwn(extraContent, id, value);
  }
  return {
    ...(reasoningDetails.length > 0 ? { reasoningDetails } : {}),
    ...(Object.keys(extraContent).length > 0 ? { extraContent } : {}),
  };
}

function parse(base64Url: string): unknown {
  try {
    const binary = atob(base64Url.replaceAll('-', '+').replaceAll('_', '/'));
    return JSON.parse(strictUtf8.decode(Uint8Array.from(binary, (char) => char.charCodeAt(0))));
  } catch {
    return null; // Cut, edited or made up by a client: as good as no state.
  }
}

function toBase64Url(text: string): string {
  const bytes = utf8.encode(text);
  let binary = '';
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + SLICE_BYTES));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
