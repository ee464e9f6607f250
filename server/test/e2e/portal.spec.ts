import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { startSimulator, type Simulator } from '../../../simulator/src/simulator.js';
import { eventually } from '../support/eventually.js';
import { PortalPage, launchBrowser, type PortalOptions } from '../support/portal-page.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const EMAIL = 'admin@example.com';
const PASSWORD = 'four quiet wooden boats';
/** What it answers with is the simulator; what it is called is what the pictures show. */
const MODELS = { big: ['qwen3-max'], middle: ['qwen3-coder-plus', 'qwen-plus'], small: ['qwen-flash'] };
const READY = 'Ready for Claude Code';
const MAX_SIGN_IN_BYTES = 300_000;

jest.setTimeout(30_000);

describeIf('chromium', 'the portal', () => {
  let simulator: Simulator;
  let gateway: Gateway;
  let browser: Browser;
  let oneTimePassword: string;
  let replaced = false;
  let portal: PortalPage;
  /** Answers of 400 and above that the test itself provoked. */
  let expectedRefusals: string[];

  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startGateway({ oneTimePassword: true, config: { providers: providers() } });
    oneTimePassword = /One-time password\s+(\S+)/.exec(gateway.output())?.[1] ?? '';
    browser = await launchBrowser(pathOf('chromium'));
  }, 60_000);

  beforeEach(async () => {
    simulator.reset();
    expectedRefusals = [];
    portal = await PortalPage.open(browser, gateway.url);
  });

  afterEach(async () => {
    const { complaints, foreignRequests, refusals } = portal;
    await portal.close();
    expect({ complaints, foreignRequests, refusals }).toEqual({
      complaints: [],
      foreignRequests: [],
      refusals: expectedRefusals,
    });
  });

  afterAll(async () => {
    await browser.close();
    await gateway.stop();
    await simulator.close();
  });

  function providers(): object[] {
    const common = { base_url: simulator.openAiUrl(), max_retries: 0 };
    return [
      { ...common, name: 'qwen', api_format: 'openai', api_key: 'up', models: MODELS },
      {
        ...common,
        name: 'anthropic',
        api_format: 'anthropic',
        api_key: '${PORTAL_TEST_KEY}',
        models: MODELS,
      },
    ];
  }

  async function reopen(options: PortalOptions): Promise<void> {
    await portal.close();
    portal = await PortalPage.open(browser, gateway.url, options);
  }

  /** For a test that runs alone: in a whole run, the second test does it in the browser. */
  async function replaceOneTimePassword(): Promise<void> {
    const send = (method: string, path: string, body: object, token = ''): Promise<Response> =>
      fetch(`${gateway.url}/api/auth/${path}`, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
    const login = await send('POST', 'login', { email: EMAIL, password: oneTimePassword });
    const { access_token: token } = (await login.json()) as { access_token: string };
    const change = { current_password: oneTimePassword, new_password: PASSWORD };
    expect((await send('PUT', 'change-password', change, token)).status).toBe(200);
    replaced = true;
  }

  async function enter(): Promise<void> {
    if (!replaced) await replaceOneTimePassword();
    await portal.page.context().clearCookies();
    await portal.goto('/');
    await portal.signIn(EMAIL, PASSWORD);
    await portal.page.locator('h1', { hasText: /Claude Code/ }).waitFor();
  }

  it('refuses a wrong password without telling what was wrong, and keeps what was typed', async () => {
    expectedRefusals = ['401 POST /api/auth/login', '401 POST /api/auth/login'];
    await portal.goto('/');
    await portal.page.waitForURL('**/login');
    for (const email of [EMAIL, 'nobody@example.com']) {
      await portal.signIn(email, 'not the password');
      await portal.page.getByText('E-mail and password do not match.').waitFor();
      const password = portal.page.getByLabel('Password', { exact: true });
      expect(await password.inputValue()).toBe('not the password');
      expect(await portal.evaluate('document.activeElement.autocomplete')).toBe('current-password');
      await password.fill('');
    }
  });

  it('lets nobody past a one-time password before it is replaced by a fit one', async () => {
    expectedRefusals = ['422 PUT /api/auth/change-password'];
    await portal.goto('/');
    await portal.signIn(EMAIL, oneTimePassword);
    await portal.heading('Set a new password').waitFor();
    const field = (label: string) => portal.page.getByLabel(label, { exact: true });

    await field('New password').fill('short');
    await field('New password again').fill('short');
    await portal.button('Save and continue').click();
    await portal.page.getByText('It must meet all the rules below.').waitFor();

    await field('New password').fill('password1234');
    await field('New password again').fill('password1235');
    await portal.button('Save and continue').click();
    await portal.page.getByText('The two are not the same.').waitFor();

    await field('New password again').fill('password1234');
    await portal.page.keyboard.press('Enter');
    await portal.page.getByText('This password is too easy to guess.').waitFor();

    await field('New password').fill(PASSWORD);
    await field('New password again').fill(PASSWORD);
    await portal.page.keyboard.press('Enter');
    await portal.heading(READY).waitFor();
    replaced = true;
  });

  it('is served fresh, under a policy with a nonce of its own, with files that never change', async () => {
    const answers = await Promise.all([fetch(gateway.url), fetch(`${gateway.url}/deep/link`)]);
    const nonces = await Promise.all(
      answers.map(async (answer) => {
        expect(answer.headers.get('cache-control')).toBe('no-cache');
        const nonce =
          /nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1] ?? 'none';
        expect(await answer.text()).toContain(`"${nonce}"`);
        return nonce;
      }),
    );
    expect(new Set(nonces).size).toBe(2);

    const files: string[] = [];
    portal.page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (/^\/(?:media\/|(?:chunk|main|styles)-)/.test(pathname)) files.push(pathname);
    });
    await enter();
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const { headers } = await fetch(gateway.url + file);
      expect([file, headers.get('cache-control')]).toEqual([file, 'public, max-age=31536000, immutable']);
    }
  });

  it('needs less than 300 kB, compressed, to show the sign-in page', async () => {
    const urls: string[] = [];
    portal.page.on('response', (response) => urls.push(response.url()));
    await portal.goto('/');
    await portal.button('Sign in').waitFor();
    await portal.page.waitForLoadState('networkidle');
    // Asked for once more: a browser does not keep every body it has read.
    const sizes = await Promise.all(
      urls.map(async (url) => {
        const body = new Uint8Array(await (await fetch(url)).arrayBuffer());
        return Math.min(body.length, gzipSync(body).length);
      }),
    );
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MAX_SIGN_IN_BYTES);
  });

  it('says who answers, and why the others do not', async () => {
    await enter();
    await portal.page.getByText('Requests go to qwen.').waitFor();
    const row = portal.page.getByRole('listitem').filter({ has: portal.heading('anthropic') });
    expect(await row.innerText()).toMatch(/Disabled[^]*PORTAL_TEST_KEY is not set/);
    await portal.screenshot('home-first-visit');
  });

  it('makes a key that works, puts it into every form of the snippet, and forgets it with the page', async () => {
    await enter();
    const code = portal.page.getByRole('group', { name: 'Settings for Claude Code' });
    expect(await code.innerText()).toContain('YOUR_API_KEY');

    await portal.button('Make a key').click();
    await portal.button('Copy key').click();
    const key = await portal.clipboard();
    expect(await portal.evaluate('document.activeElement.textContent')).toContain('Copied');

    const forms: readonly (readonly [string, string])[] = [
      ['Shell', `export ANTHROPIC_BASE_URL="${gateway.url}"\nexport ANTHROPIC_AUTH_TOKEN="${key}"`],
      ['PowerShell', `$env:ANTHROPIC_BASE_URL = "${gateway.url}"\n$env:ANTHROPIC_AUTH_TOKEN = "${key}"`],
      ['cmd', `set "ANTHROPIC_BASE_URL=${gateway.url}"\nset "ANTHROPIC_AUTH_TOKEN=${key}"`],
    ];
    for (const [tab, expected] of forms) {
      await portal.page.getByRole('tab', { name: tab, exact: true }).click();
      await portal.button('Copy all').click();
      expect(await portal.clipboard()).toBe(expected);
    }
    await portal.page.getByRole('tab', { name: 'settings.json' }).click();
    await portal.button('Copy all').click();
    expect(JSON.parse(await portal.clipboard())).toEqual({
      env: { ANTHROPIC_BASE_URL: gateway.url, ANTHROPIC_AUTH_TOKEN: key },
    });

    const call = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: 'sonnet', max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(call.status).toBe(200);

    await enter();
    await portal.page.getByText('It cannot be shown again.').waitFor();
    expect(await portal.page.content()).not.toContain(key);
  });

  it('streams the answer to a test message as it comes, and says who gave it', async () => {
    const content = [{ type: 'text' as const, text: 'Hello from the other side.', pieces: 2 }];
    simulator.addScript({
      answer: { kind: 'message', content, usage: { input: 21, output: 6 } },
      delivery: { gates: [{ afterFrame: 2, name: 'half' }] },
    });
    await enter();
    await portal.button('Make a key').click();
    await portal.button('Send').click();
    await simulator.gateReached('half');
    const answer = portal.page.locator('ccs-test-message .answer');
    await answer.getByText('Hello from').waitFor();
    expect(await answer.innerText()).not.toContain('side');

    simulator.openGate('half');
    await answer.getByText('Hello from the other side.').waitFor();
    await answer.getByText('Output tokens').waitFor();
    const facts = await answer.innerText();
    expect(facts).toMatch(/Provider\s+qwen\s+Model\s+qwen3-coder-plus\s+Time to first token\s+[\d.,]+ m?s/);
    expect(facts).toMatch(/Input tokens\s+21\s+Output tokens\s+6/);
    await portal.screenshot('portal-home');
  });

  it('stops an answer on demand, and the provider with it', async () => {
    simulator.addScript({
      answer: { kind: 'message', content: [{ type: 'text', text: 'tick ', repeat: 2000 }] },
      delivery: { tokensPerSecond: 20 },
    });
    await enter();
    await portal.button('Send').click();
    await portal.page.locator('ccs-test-message .answer').getByText('tick').waitFor();
    await portal.button('Stop').click();
    await portal.page.locator('ccs-test-message .answer').getByText('Stopped').waitFor();
    const [call] = await simulator.waitForLedger(
      { endpoint: 'messages' },
      ([first]) => first?.sent.outcome === 'aborted',
    );
    expect(call).toBeDefined();
    await portal.button('Send').waitFor();
  });

  it('repeats the words of the gateway when the provider fails', async () => {
    expectedRefusals = ['502 POST /v1/messages'];
    simulator.addScript({ answer: { kind: 'status', status: 401 } });
    await enter();
    await portal.button('Send').click();
    const failure = portal.page.getByRole('alert');
    await failure.waitFor();
    expect(await failure.innerText()).toMatch(/The test failed[^]*qwen[^]*Reference req_/);
  });

  it('follows the language of the browser and a change at once, and remembers it', async () => {
    await reopen({ locale: 'zh-TW' });
    await portal.goto('/');
    await portal.heading('登录').waitFor();
    await reopen({});
    await enter();
    await portal.page.getByLabel('Message', { exact: true }).fill('typed before');
    await portal.chooseFromAccountMenu('Language', '简体中文');
    await portal.page.getByText('请求将发送至 qwen。').waitFor();
    expect(await portal.evaluate('document.documentElement.lang')).toBe('zh-CN');
    expect(await portal.page.title()).toBe('首页 · CC Switch');
    expect(await portal.page.getByLabel('消息', { exact: true }).inputValue()).toBe('typed before');
    await portal.screenshot('home-zh-CN');
    await portal.goto('/');
    await portal.page.getByText('请求将发送至 qwen。').waitFor();
  });

  it('wears the dark theme when told to, from the first paint of the next visit on', async () => {
    const background = 'getComputedStyle(document.body).backgroundColor';
    await enter();
    const light = await portal.evaluate(background);
    await portal.chooseFromAccountMenu('Theme', 'Dark');
    const dark = await portal.evaluate(background);
    expect(dark).not.toBe(light);
    await portal.screenshot('home-dark');
    await portal.page.reload({ waitUntil: 'commit' });
    // Not waitForFunction: it would evaluate text inside the page, and the page's policy forbids that.
    await eventually(async () => {
      expect(await portal.evaluate('document.body !== null && document.styleSheets.length > 0')).toBe(true);
    });
    expect(await portal.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    await portal.heading(READY).waitFor();
    await portal.page.keyboard.press('Control+Shift+L');
    await portal.page.keyboard.press('Control+Shift+L');
    expect(await portal.evaluate(background)).toBe(light);
  });

  it('can be used with the keyboard alone', async () => {
    const press = async (...keys: readonly string[]): Promise<void> => {
      for (const key of keys) await portal.page.keyboard.press(key);
    };
    const focused = (): Promise<string> =>
      portal.evaluate(
        '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent).trim()',
      );
    if (!replaced) await replaceOneTimePassword();
    await portal.goto('/');
    await portal.button('Sign in').waitFor();
    await portal.page.keyboard.type(EMAIL);
    await press('Tab');
    await portal.page.keyboard.type(PASSWORD);
    await press('Tab', 'Tab', 'Enter');
    await portal.heading(READY).waitFor();
    expect(await focused()).toBe(READY);

    await press('Shift+Tab', 'Shift+Tab', 'Shift+Tab');
    expect(await focused()).toBe('Skip to content');
    await press('Enter');
    expect(await portal.evaluate('document.activeElement.id')).toBe('main');
    await press('Tab', 'Tab');
    expect(await focused()).toBe('Make a key');
    await press('Enter');
    await portal.button('Copy key').waitFor();
    expect(await focused()).toBe('Copy key');
    await press('Tab', 'ArrowRight', 'Enter');
    await portal.page.getByText('$env:').first().waitFor();

    await portal.evaluate('document.activeElement.blur()');
    await press('Shift+Tab');
    await portal.page.locator('header button').focus();
    await press('Enter', 'End', 'Enter');
    await portal.heading('Sign in').waitFor();
  });

  it('fits a phone', async () => {
    await reopen({ phone: true });
    await portal.goto('/');
    await portal.heading('Sign in').waitFor();
    await portal.screenshot('login-phone', false);
    await enter();
    await portal.button('Make a key').click();
    await portal.button('Copy key').waitFor();
    expect(await portal.evaluate('document.documentElement.scrollWidth')).toBe(390);
    // Below 16 px, iOS zooms into a field.
    expect(await portal.evaluate('getComputedStyle(document.querySelector("input")).fontSize')).toBe('16px');
    await portal.screenshot('home-phone');
  });

  it('asks to sign in when the session ends, and comes back to where one was', async () => {
    await portal.goto('/some/old/link?a=b');
    await portal.page.waitForURL('**/login?next=*');
    if (!replaced) await replaceOneTimePassword();
    await portal.signIn(EMAIL, PASSWORD);
    await portal.heading('This page does not exist').waitFor();
    expect(new URL(portal.page.url()).pathname + new URL(portal.page.url()).search).toBe(
      '/some/old/link?a=b',
    );
  });

  it('keeps the session over a reload, and ends it when signed out', async () => {
    await enter();
    await portal.goto('/some/page');
    await portal.heading('This page does not exist').waitFor();
    const kept = await portal.page.context().cookies();
    await portal.chooseFromAccountMenu('Sign out');
    await portal.heading('Sign in').waitFor();
    await portal.goto('/');
    await portal.page.waitForURL('**/login');

    // Not even a copy of the cookie opens it again.
    expectedRefusals = ['401 POST /api/auth/refresh'];
    await portal.page.context().addCookies(kept);
    await portal.goto('/');
    await portal.heading('Sign in').waitFor();
    expect((await portal.page.context().cookies()).map(({ name }) => name)).toEqual([]);
  });

  it('goes to the sign-in page when the session was ended elsewhere', async () => {
    expectedRefusals = ['401 POST /api/api-keys', '401 POST /api/auth/refresh'];
    await enter();
    await gateway.database.query(
      `with gone as (delete from sessions)
       insert into change_versions values ('sessions', 1)
       on conflict (topic) do update set version = change_versions.version + 1`,
    );
    await sleep(1_500);
    await portal.button('Make a key').click();
    await portal.heading('Sign in').waitFor();
  });

  it('says that the gateway is away, and goes on when it is back', async () => {
    await enter();
    await portal.page.context().setOffline(true);
    await portal.button('Make a key').click();
    await portal.page.getByText('The gateway cannot be reached.').waitFor();
    await portal.page.getByText('The gateway does not answer.').waitFor();
    await portal.page.context().setOffline(false);
    await portal.page.getByText('The gateway does not answer.').waitFor({ state: 'detached' });
    await portal.button('Make a key').click();
    await portal.button('Copy key').waitFor();
  });

  it('has a page of the API beside it, from this server alone', async () => {
    await portal.page.goto(`${gateway.url}/docs`);
    // Swagger UI draws only what is in sight.
    await portal.page.locator('[data-path="/api/audit"]').first().waitFor();
    await portal.page.getByRole('heading', { name: 'CC Switch' }).waitFor();
  });
});
