/** `GET /v1/models`: one page. */
export interface ModelList {
  data: ModelInfo[];
  has_more: boolean;
  first_id: string | null;
  last_id: string | null;
}

/** `GET /v1/models/{id}`; `created_at` is RFC 3339 UTC. */
export interface ModelInfo {
  type: 'model';
  id: string;
  display_name: string;
  created_at: string;
}
