import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OAUTH_PROVIDERS, type OauthProvider } from '@ccs/dto';
import type { Browser } from 'playwright-core';
import { freePort } from '../../../scripts/process/free-port.js';
import { startOauthProviders, type OauthProviders } from '../support/oauth-providers.js';
import { PortalPage, launchBrowser } from '../support/portal-page.js';
import { describeIf, pathOf } from '../support/requirements.js';
import { startGateway, type Gateway } from '../support/start-gateway.js';

const ADMIN = { email: 'admin@example.com', password: 'correct horse battery staple' };
const ANA = { id: '583231', login: 'ana', name: 'Ana Lima', email: 'ana@example.com', emailVerified: true };
const NAMES: Readonly<Record<OauthProvider, string>> = {
  github: 'GitHub',
  google: 'Google',
  microsoft: 'Microsoft',
  feishu: 'Feishu',
  oidc: 'Example SSO',
};
const NOT_BEGUN_HERE = /not begun in this browser/;
const HOME = 'No provider can answer yet';

jest.setTimeout(30_000);

describeIf('chromium', 'signing in by a provider, in a browser', () => {
  let providers: OauthProviders;
  let gateway: Gateway;
  let browser: Browser;
  let portal: PortalPage;

  beforeAll(async () => {
    const port = await freePort();
    providers = await startOauthProviders(`http://127.0.0.1:${port}`);
    const env = { ...providers.variables, PORT: String(port), OAUTH_ALLOW_SIGNUP: 'true' };
    gateway = await startGateway({ env });
    browser = await launchBrowser(pathOf('chromium'));
    // One for all: a new profile would load the portal anew each time.
    portal = await PortalPage.open(browser, gateway.url);
  }, 60_000);

  beforeEach(async () => {
    providers.register(ANA);
    await gateway.database.query('delete from users where id > 1');
    await gateway.database.query('delete from linked_accounts');
    await portal.page.goto('about:blank');
    await portal.page.context().clearCookies();
  });

  afterEach(() => {
    expect(portal.complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await gateway.stop();
    await providers.close();
  });

  // Eight cases for each of the five, all of which exist for each: success, denial, a wrong state, a code used twice,
  // an administrator's address that is not verified (Feishu: not the mailbox of his organisation), no address, a
  // disabled user, linking.
  describe.each(OAUTH_PROVIDERS)('%s', (provider) => {
    const toProvider = async (): Promise<void> => {
      await portal.goto(`/oauth/${provider}/login`);
      await portal.button('cancel').waitFor();
    };
    const signIn = async (login: string): Promise<void> => {
      await toProvider();
      await portal.button(login).click();
    };
    const atHome = async (): Promise<{ email: string; is_admin: boolean }> => {
      await portal.heading(HOME).waitFor();
      expect(new URL(portal.page.url()).search).toBe('');
      const { rows } = await gateway.database.query(
        'select email, is_admin from sessions join users on users.id = user_id order by sessions.id desc limit 1',
      );
      return rows[0] as { email: string; is_admin: boolean };
    };
    const told = (words: string | RegExp): Promise<void> => portal.page.getByText(words).waitFor();

    it('opens a session that outlives a reload', async () => {
      await portal.goto('/login');
      await portal.page.getByRole('link', { name: `Continue with ${NAMES[provider]}` }).click();
      await portal.button('ana').click();
      expect(await atHome()).toEqual({ email: ANA.email, is_admin: false });
      await portal.page.reload();
      await atHome();
      expect((await ownCookies(provider)).map(({ name }) => name)).toEqual(['ccs_signed_in']);
    });

    it('says so when the person cancels, and lets him try again', async () => {
      await signIn('cancel');
      await told('The sign-in was cancelled.');
      await signIn('ana');
      await atHome();
    });

    it('takes no callback with another state, and none twice', async () => {
      await toProvider();
      const callback = await callbackFor('ana');
      const cookies = await ownCookies(provider);
      const wrong = new URL(callback);
      wrong.searchParams.set('state', 'A'.repeat(43));
      await portal.page.goto(wrong.href);
      await told(NOT_BEGUN_HERE);

      await portal.page.goto(callback.href);
      await atHome();
      await portal.page.context().clearCookies();
      await portal.page.context().addCookies(cookies);
      await portal.page.goto(callback.href);
      await told(NOT_BEGUN_HERE);

      // The code again, in a flow of one's own.
      await toProvider();
      const own = await callbackFor('ana');
      own.searchParams.set('code', callback.searchParams.get('code') ?? '');
      await portal.page.goto(own.href);
      await told(/gave no proof of who you are/);
    });

    it("makes nobody of an administrator's address that is not verified", async () => {
      providers.register({ ...ANA, login: 'eve', email: ADMIN.email, emailVerified: false });
      await signIn('eve');
      expect(await atHome()).toEqual({ email: expect.stringMatching(/@users\.invalid$/), is_admin: false });
    });

    it('lets somebody without an address in, as somebody of his own', async () => {
      providers.register({ ...ANA, id: '77', login: 'bob', email: null });
      await signIn('bob');
      expect(await atHome()).toEqual({ email: expect.stringMatching(/@users\.invalid$/), is_admin: false });
    });

    it('tells a disabled user that he is one', async () => {
      await signIn('ana');
      await atHome();
      const list = await gateway.api('GET', `/api/admin/permissions/users?q=${ANA.email}`);
      const { users } = (await list.json()) as { users: { id: number }[] };
      const path = `/api/admin/permissions/users/${users[0]?.id}`;
      expect((await gateway.api('PUT', path, { is_active: false })).status).toBe(200);
      await portal.page.context().clearCookies();
      await signIn('ana');
      await told('This account is disabled. An administrator can enable it.');
    });

    it('links an account from a session, and signs in with it afterwards', async () => {
      await portal.goto('/login');
      await portal.signIn(ADMIN.email, ADMIN.password);
      await portal.heading(HOME).waitFor();
      await portal.evaluate(linkScript(provider));
      await portal.button('ana').click();
      await portal.page.waitForURL(`**/?linked=${provider}`);
      await portal.heading(HOME).waitFor();

      await portal.page.context().clearCookies();
      await signIn('ana');
      expect(await atHome()).toEqual({ email: ADMIN.email, is_admin: true });
    });
  });

  /** The gateway's that the browser would send with a callback; providers on the same host have some, too. */
  async function ownCookies(provider: OauthProvider) {
    const cookies = await portal.page.context().cookies(`${gateway.url}/oauth/${provider}/callback`);
    return cookies.filter(({ name }) => name.startsWith('ccs_'));
  }

  /** Where the provider whose page is open leads `login`, not gone there yet. */
  async function callbackFor(login: string): Promise<URL> {
    const asked = new URL(portal.page.url());
    asked.searchParams.set('decision', login);
    for (let url = asked; ;) {
      const answer = await portal.page.request.get(url.href, { maxRedirects: 0 });
      url = new URL(answer.headers()['location'] ?? '', url);
      if (url.origin === gateway.url) return url;
    }
  }

  /** What a page of the portal does: asks for the link with its access token, and goes where the answer says. */
  function linkScript(provider: OauthProvider): string {
    return `(async () => {
      const post = async (path, body, headers) => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
        return (await fetch(path, init)).json();
      };
      const { access_token } = await post('/api/auth/refresh', {}, {});
      const body = ${JSON.stringify({ provider, current_password: ADMIN.password })};
      const { url } = await post('/api/auth/linked-accounts', body, { authorization: 'Bearer ' + access_token });
      location.assign(url);
    })()`;
  }
});
