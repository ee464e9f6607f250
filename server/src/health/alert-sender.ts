import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { LOGGER } from '../telemetry/telemetry.module.js';
import { alertRequest } from './alert-message.js';
import type { Alert } from './health-jobs.js';

const TIMEOUT_MS = 10_000;

/** Delivers alerts to the webhook of the operators. A rejection makes BullMQ try again. */
@Injectable()
export class AlertSender {
  constructor(
    @Inject(ENVIRONMENT) private readonly environment: Environment,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async send(alert: Alert): Promise<void> {
    const { alertWebhook } = this.environment;
    if (alertWebhook === null) return;
    const { url, format, secret } = alertWebhook;
    const request = alertRequest(alert, format, secret?.reveal() ?? null, Date.now());
    const status = await post(url.reveal(), request);
    if (status >= 200 && status < 300) return;
    // Not the address: with some services it is the credential.
    if (status === 408 || status === 429 || status >= 500) {
      throw new Error(`the alert webhook answered ${status}`);
    }
    this.logger.error({ status, alert: alert.kind, provider: alert.provider }, 'alert webhook refuses');
  }
}

async function post(url: string, { headers, body }: ReturnType<typeof alertRequest>): Promise<number> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      // A redirect would carry the alert to somebody nobody named.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    // What undici says names the host, never path or query, where such addresses have their secret.
    throw new Error('the alert webhook cannot be reached', { cause: error });
  }
}
