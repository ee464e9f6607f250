import type { DiscoveredModel } from '@ccs/dto';

const MAX_MODELS = 5_000;
const MAX_ID_LENGTH = 300;

/**
 * The models of a provider's list, by name: OpenAI's and Anthropic's `data[]`, or a bare list, as some servers have it.
 * Null: it is no such list.
 */
export function readModelList(body: Buffer): readonly DiscoveredModel[] | null {
  const root = parse(body.toString('utf8'));
  const list = Array.isArray(root) ? root : isRecord(root) ? (root['data'] ?? root['models']) : undefined;
  if (!Array.isArray(list)) return null;
  const models = new Map<string, DiscoveredModel>();
  for (const item of list.slice(0, MAX_MODELS) as unknown[]) {
    const model = isRecord(item) ? readModel(item) : null;
    if (model !== null) models.set(model.id, model);
  }
  return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function readModel(item: Readonly<Record<string, unknown>>): DiscoveredModel | null {
  const id = item['id'] ?? item['name'];
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH) return null;
  const name = item['display_name'];
  return {
    // Gemini lists `models/…`, and takes the name without it.
    id: id.replace(/^models\//, ''),
    display_name: typeof name === 'string' && name.length <= MAX_ID_LENGTH ? name : null,
    created_at: readTime(item['created_at'] ?? item['created']),
  };
}

/** RFC 3339, or seconds since 1970. */
function readTime(value: unknown): string | null {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isFinite(ms) && ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
