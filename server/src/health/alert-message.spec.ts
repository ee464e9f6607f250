import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { alertRequest } from './alert-message.js';
import type { Alert } from './health-jobs.js';

const ALERT: Alert = {
  id: '0199f0a0-0000-7000-8000-000000000001',
  at: '2026-11-25T12:00:00.000Z',
  kind: 'opened',
  providerId: 1,
  provider: 'qwen',
  dialect: 'openai',
  reason: 'no answer',
};
const NOW = Date.parse('2026-11-25T12:00:01.500Z');

describe('the request of an alert', () => {
  it('says in words and in fields what happened', () => {
    const { body, headers } = alertRequest(ALERT, 'json', null, NOW);
    expect(JSON.parse(body)).toEqual({
      type: 'provider.opened',
      timestamp: ALERT.at,
      text: 'Provider qwen (openai) is kept out: calls go to other providers: no answer',
      data: { provider: 'qwen', api_format: 'openai', reason: 'no answer' },
    });
    expect(headers['webhook-id']).toBe(ALERT.id);
    expect(headers).not.toHaveProperty('webhook-signature');
  });

  it('is what Slack takes', () => {
    const { body } = alertRequest({ ...ALERT, kind: 'recovered', reason: null }, 'slack', null, NOW);
    expect(JSON.parse(body)).toEqual({ text: 'Provider qwen (openai) has recovered' });
  });

  it.each([
    ['a text', 'correct horse', Buffer.from('correct horse')],
    ['a secret of Standard Webhooks', `whsec_${Buffer.from('key').toString('base64')}`, Buffer.from('key')],
  ])('is signed with %s over id, time and body', (_, secret, key) => {
    const { body, headers } = alertRequest(ALERT, 'json', secret, NOW);
    const content = `${ALERT.id}.${Math.floor(NOW / 1000)}.${body}`;
    const expected = createHmac('sha256', key).update(content).digest('base64');
    expect(headers).toMatchObject({
      'webhook-timestamp': String(Math.floor(NOW / 1000)),
      'webhook-signature': `v1,${expected}`,
    });
  });
});
