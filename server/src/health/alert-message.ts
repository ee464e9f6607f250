import { createHmac } from 'node:crypto';
import type { Alert } from './health-jobs.js';

export interface AlertRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const SENTENCES = {
  opened: 'is kept out: calls go to other providers',
  recovered: 'has recovered',
  credential_refused: 'refuses our credential',
} as const satisfies Record<Alert['kind'], string>;

/** The alert as people read it. */
export function alertText({ kind, provider, dialect, reason }: Alert): string {
  const because = reason === null ? '' : `: ${reason}`;
  return `Provider ${provider} (${dialect}) ${SENTENCES[kind]}${because}`;
}

/**
 * The request that delivers an alert. `slack`: only what an incoming webhook of Slack takes; `json`: `type`,
 * `timestamp` and `data`, and `text`. With a secret it is signed as Standard Webhooks say: HMAC-SHA256 of
 * `id.seconds.body`, so that the receiver can tell it from others, and an old one from a new one.
 */
export function alertRequest(
  alert: Alert,
  format: 'json' | 'slack',
  secret: string | null,
  nowMs: number,
): AlertRequest {
  const text = alertText(alert);
  const { id, at, kind, provider, dialect, reason } = alert;
  const body = JSON.stringify(
    format === 'slack'
      ? { text }
      : {
          type: `provider.${kind}`,
          timestamp: at,
          text,
          data: { provider, api_format: dialect, reason },
        },
  );
  const seconds = String(Math.floor(nowMs / 1000));
  const signed = {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    ...(secret === null
      ? {}
      : { 'webhook-signature': `v1,${signature(secret, `${id}.${seconds}.${body}`)}` }),
  };
  return { headers: { 'content-type': 'application/json', ...signed }, body };
}

/** Secrets of Standard Webhooks begin with `whsec_` and are base64; any other text is taken as it is. */
function signature(secret: string, content: string): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  return createHmac('sha256', key).update(content).digest('base64');
}
