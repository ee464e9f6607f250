import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CapturedBody, CaptureRuleView, CaptureView } from '@ccs/dto';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const PROVIDER_KEY = 'weird!key!of!the!provider';
const SECRET = 'sk-ant-api03-AbCdEf0123456789AbCdEf0123456789';
const ADMIN = '/api/admin/permissions/users';
const PASSWORD = 'correct horse battery';

describe('captured bodies', () => {
  let simulator: Simulator;
  let gateway: Gateway;
  let keyId: number;

  beforeAll(async () => {
    simulator = await startSimulator();
    const provider = (name: string, format: 'openai' | 'anthropic') => ({
      name,
      api_format: format,
      api_key: PROVIDER_KEY,
      base_url: format === 'openai' ? simulator.openAiUrl(name) : simulator.anthropicUrl(name),
      max_retries: 0,
      models: { big: [`${name}-big`], middle: [`${name}-middle`], small: [`${name}-small`] },
    });
    gateway = await startGateway({
      config: { providers: [provider('p', 'openai'), provider('a', 'anthropic')] },
      env: { CAPTURE_MAX_BYTES: '4096' },
    });
    const keys = (await (await gateway.api('GET', '/api/api-keys')).json()) as { data: { id: number }[] };
    keyId = keys.data[0]?.id ?? 0;
  }, 90_000);
  afterAll(async () => {
    await gateway.stop();
    await simulator.close();
  }, 60_000);

  const call = async (model: string, content: string, stream = true): Promise<string> => {
    const body = { model, max_tokens: 64, stream, messages: [{ role: 'user', content }] };
    const response = await gateway.messages(body);
    await response.text();
    return response.headers.get('x-ccs-request-id') ?? '';
  };
  const captureOf = (requestId: string): Promise<Response> =>
    gateway.api('GET', `/api/stats/requests/${requestId}/capture`);
  const bodiesOf = async (requestId: string): Promise<readonly CapturedBody[]> => {
    let bodies: readonly CapturedBody[] = [];
    await eventually(async () => {
      const response = await captureOf(requestId);
      expect(response.status).toBe(200);
      ({ bodies } = (await response.json()) as CaptureView);
    }, 30_000);
    return bodies;
  };
  const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();
  const capture = async (fields: object): Promise<CaptureRuleView> => {
    const response = await gateway.api('PUT', '/api/capture/rules', { until: inAnHour(), ...fields });
    expect(response.status).toBe(200);
    return (await response.json()) as CaptureRuleView;
  };
  const stored = async (): Promise<readonly { readonly bodies: string }[]> =>
    (await gateway.database.query('select bodies from captures')).rows as { bodies: string }[];

  it('are none while nobody asked for them', async () => {
    expect((await captureOf(await call('p/p-big', 'Hi'))).status).toBe(404);
    expect(await stored()).toEqual([]);
  });

  it('are the four of a call that is converted, without secrets, sealed', async () => {
    const { id } = await capture({ subject: 'key', subject_id: keyId });
    simulator.addScript({ answer: `You said ${PROVIDER_KEY}` });
    const requestId = await call('p/p-big', `My key is ${SECRET}`, false);
    const bodies = await bodiesOf(requestId);
    expect(
      bodies.map(({ part, attempt, provider, model, status }) => [part, attempt, provider, model, status]),
    ).toEqual([
      ['client_request', null, null, null, null],
      ['upstream_request', 1, 'p', 'p-big', null],
      ['upstream_response', 1, 'p', 'p-big', 200],
      ['client_answer', null, null, null, null],
    ]);
    const [asked, sent, received, answered] = bodies.map(({ text }) => text);
    expect(asked).toContain('"model":"p/p-big"');
    expect(sent).toContain('"model":"p-big"');
    expect(received).toContain('"choices"');
    expect(answered).toContain('"type":"message"');
    expect(JSON.stringify(bodies)).not.toContain(SECRET);
    expect(JSON.stringify(bodies)).not.toContain(PROVIDER_KEY);
    expect(bodies.map(({ redacted }) => redacted)).toEqual([1, 1, 1, 1]);
    expect(await stored()).toEqual([{ bodies: expect.stringMatching(/^gcm1\./) }]);

    expect((await gateway.api('DELETE', `/api/capture/rules/${id}`)).status).toBe(204);
    expect((await captureOf(await call('p/p-big', 'Hi'))).status).toBe(404);
    expect((await gateway.api('DELETE', `/api/captures?request_id=${requestId}`)).status).toBe(200);
    expect((await captureOf(requestId)).status).toBe(404);
  }, 60_000);

  it('of a streamed pass-through are what went over the wire, up to their cap', async () => {
    const { id } = await capture({ subject: 'user', subject_id: 1 });
    const bodies = await bodiesOf(await call('a/a-big', `Say it: ${'long '.repeat(2_000)}`));
    const [asked, , received, answered] = bodies;
    expect(asked).toMatchObject({ truncated: true, size_bytes: expect.any(Number) });
    expect(asked?.text).toHaveLength(4_096);
    expect(asked?.size_bytes).toBeGreaterThan(10_000);
    expect(received?.text).toMatch(/^event: message_start\n/);
    expect(answered?.text).toContain('event: message_start');
    await gateway.api('DELETE', `/api/capture/rules/${id}`);
  }, 60_000);

  it('are asked for until a near time only, of whom one may manage, and leave lines in the audit trail', async () => {
    const set = (body: object) => gateway.api('PUT', '/api/capture/rules', body);
    const rule = { subject: 'user', subject_id: 1 };
    const days = (count: number) => new Date(Date.now() + count * 86_400_000).toISOString();
    for (const until of [days(-1), days(8), 'soon']) expect((await set({ ...rule, until })).status).toBe(422);
    expect((await set({ ...rule, subject_id: 999, until: days(1) })).status).toBe(422);
    const user = { email: 'conf@example.com', password: PASSWORD, permissions: { config: true } };
    expect((await gateway.api('POST', ADMIN, user)).status).toBe(201);
    const login = await fetch(`${gateway.url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: user.email, password: PASSWORD }),
    });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const refused = await fetch(`${gateway.url}/api/capture/rules`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ ...rule, until: days(1) }),
    });
    expect(refused.status).toBe(403);
    const { rows } = await gateway.database.query(
      `select action, count(*)::integer from audit_events where action like 'capture.%' group by action order by action`,
    );
    expect((rows as { action: string }[]).map(({ action }) => action)).toEqual([
      'capture.delete',
      'capture.read',
      'capture.update',
    ]);
  }, 60_000);

  it('go with their user', async () => {
    await gateway.database.query(
      `insert into users (email) values ('gone@example.com');
       insert into captures (request_id, user_id, bodies)
         select '0193b0a0-0000-7000-8000-000000000001', id, 'x' from users where email = 'gone@example.com';
       delete from users where email = 'gone@example.com'`,
    );
    const { rowCount } = await gateway.database.query(`select from captures where bodies = 'x'`);
    expect(rowCount).toBe(0);
  });
});
