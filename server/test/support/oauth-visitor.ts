import type { Answer, Rooms } from './start-rooms.js';

/** A browser without a screen: the gateway's rooms on one side, providers on the other, cookies for both. */
export class OauthVisitor {
  /** The gateway's, by name. */
  readonly cookies = new Map<string, string>();
  private readonly providerCookies = new Map<string, string>();

  constructor(private readonly rooms: Rooms) {}

  /** Where the gateway sends the browser. */
  async depart(provider: string, query = ''): Promise<string> {
    const answer = await this.get(`/oauth/${provider}/login${query}`);
    return String(answer.headers.location);
  }

  /** Through the provider's pages as `login`, or `cancel`: the URL by which it leads back. */
  async decide(url: string, login: string): Promise<string> {
    const { origin } = new URL(url);
    for (let step = 0; step < 10; step += 1) {
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...this.providerCookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      });
      for (const cookie of response.headers.getSetCookie()) remember(this.providerCookies, cookie);
      const location = response.headers.get('location');
      if (location === null) {
        if (response.status !== 200)
          throw new Error(`the provider: ${response.status} ${await response.text()}`);
        const asked = new URL(url);
        asked.searchParams.set('decision', login);
        url = asked.href;
      } else {
        url = new URL(location, url).href;
        if (new URL(url).origin !== origin) return url;
      }
    }
    throw new Error('the provider leads in circles');
  }

  /** The gateway's answer to the callback. */
  arrive(callback: string): Promise<Answer> {
    const { pathname, search } = new URL(callback);
    return this.get(pathname + search);
  }

  /** All of it: where the browser ends up. */
  async signIn(provider: string, login: string, query = ''): Promise<string> {
    const departed = await this.depart(provider, query);
    if (!departed.startsWith('http')) return departed;
    return String((await this.arrive(await this.decide(departed, login))).headers.location);
  }

  /** With what the sign-in left in the cookies: an access token, or none. */
  async accessToken(): Promise<string | undefined> {
    const { body } = await this.send<{ access_token?: string }>('POST', '/api/auth/refresh', {}, {});
    return body.access_token;
  }

  /** As a page of the portal sends it. */
  async send<T = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: object | undefined,
    headers: Record<string, string>,
  ): Promise<Answer<T>> {
    const answer = await this.rooms.ask<T>(method, path, {
      headers: {
        'sec-fetch-site': 'same-origin',
        cookie: this.cookieHeader,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    this.take(answer.headers['set-cookie']);
    return answer;
  }

  private async get(path: string): Promise<Answer> {
    const response = await this.rooms.app.inject({
      method: 'GET',
      url: path,
      headers: { cookie: this.cookieHeader, 'user-agent': 'a browser' },
    });
    this.take(response.headers['set-cookie']);
    return { status: response.statusCode, headers: response.headers, body: {} };
  }

  private get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private take(header: Answer['headers'][string]): void {
    for (const cookie of [header ?? []].flat()) remember(this.cookies, String(cookie));
  }
}

function remember(jar: Map<string, string>, cookie: string): void {
  const [pair = '', ...attributes] = cookie.split('; ');
  const [name = '', value = ''] = pair.split(/=(.*)/s);
  if (value === '' || attributes.includes('Max-Age=0')) jar.delete(name);
  else jar.set(name, value);
}
