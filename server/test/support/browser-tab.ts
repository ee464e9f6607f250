import type { LoginAnswer } from '@ccs/dto';
import type { Answer, Rooms } from './start-rooms.js';

type Headers = Record<string, string | undefined>;

/** What a tab of the portal holds: an access token, and the browser's cookie. */
export class BrowserTab {
  accessToken = '';
  cookie = '';
  /** Of the cookie, as last set. */
  attributes = '';

  constructor(
    private readonly rooms: Rooms,
    private readonly cookieName = 'ccs_refresh',
  ) {}

  get bearer(): { authorization: string } {
    return { authorization: `Bearer ${this.accessToken}` };
  }

  /** Another one that has the same at this moment. */
  copy(): BrowserTab {
    const tab = new BrowserTab(this.rooms, this.cookieName);
    return Object.assign(tab, { accessToken: this.accessToken, cookie: this.cookie });
  }

  login(email: string, password: string): Promise<Answer<LoginAnswer>> {
    return this.open('/api/auth/login', { email, password }, {});
  }

  refresh(headers: Headers = {}): Promise<Answer<LoginAnswer>> {
    return this.open('/api/auth/refresh', {}, headers);
  }

  logout(): Promise<Answer> {
    return this.send('POST', '/api/auth/logout', {}, { authorization: undefined });
  }

  /** With the access token and the cookie, as a page of the portal sends it; `headers` win. */
  async send<T = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers: Headers = {},
  ): Promise<Answer<T>> {
    const all: Headers = {
      'user-agent': 'a browser',
      'sec-fetch-site': 'same-origin',
      ...(this.accessToken === '' ? {} : this.bearer),
      ...(this.cookie === '' ? {} : { cookie: `theme=dark; ${this.cookieName}=${this.cookie}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const answer = await this.rooms.ask<T>(method, path, {
      headers: Object.fromEntries(
        Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      ...(body === undefined ? {} : { body }),
    });
    this.takeCookie(answer.headers['set-cookie']);
    return answer;
  }

  private async open(path: string, body: object, headers: Headers): Promise<Answer<LoginAnswer>> {
    const answer = await this.send<LoginAnswer>('POST', path, body, { authorization: undefined, ...headers });
    if (answer.status === 200) this.accessToken = answer.body.access_token;
    return answer;
  }

  private takeCookie(header: Answer['headers'][string]): void {
    for (const each of [header ?? []].flat()) {
      const [pair = '', ...attributes] = String(each).split('; ');
      if (!pair.startsWith(`${this.cookieName}=`)) continue;
      this.cookie = pair.slice(this.cookieName.length + 1);
      this.attributes = attributes.join('; ');
    }
  }
}
