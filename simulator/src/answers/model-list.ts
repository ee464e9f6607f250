import type { ModelList } from '@ccs/wire';
import type { Dialect } from '../scripts/script.js';

const CREATED_SECONDS = 1_760_000_000;

/** `GET …/models`, or one entry of it; `undefined` if the named model is not among them. */
export function answerModels(
  dialect: Dialect,
  models: readonly string[],
  wanted: string | undefined,
): unknown {
  if (wanted !== undefined) {
    return models.includes(wanted) ? encodeModel(dialect, wanted) : undefined;
  }
  const data = models.map((id) => encodeModel(dialect, id));
  return dialect === 'openai' ? { object: 'list', data } : anthropicPage(models);
}

function encodeModel(dialect: Dialect, id: string): unknown {
  return dialect === 'openai'
    ? { id, object: 'model', created: CREATED_SECONDS, owned_by: 'simulator' }
    : anthropicModel(id);
}

function anthropicPage(models: readonly string[]): ModelList {
  return {
    data: models.map(anthropicModel),
    has_more: false,
    first_id: models[0] ?? null,
    last_id: models.at(-1) ?? null,
  };
}

function anthropicModel(id: string): ModelList['data'][number] {
  const created_at = new Date(CREATED_SECONDS * 1000).toISOString();
  return { type: 'model', id, display_name: id, created_at };
}
