import { Service, inject } from '@angular/core';
import { Session } from './session';
import { SessionKeeper } from './session-keeper';

/**
 * `fetch` with the session's access token, for answers that are read while they arrive: HttpClient would hold
 * them back. A token that is refused is replaced once, as it is for every other call.
 */
@Service()
export class SessionFetch {
  private readonly session = inject(Session);
  private readonly keeper = inject(SessionKeeper);

  async post(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const token = this.session.accessToken();
    const response = await this.send(path, body, signal, token);
    if (response.status !== 401) return response;
    const replaced = this.session.accessToken() !== token || (await this.keeper.refresh());
    return replaced ? this.send(path, body, signal, this.session.accessToken()) : response;
  }

  private send(path: string, body: unknown, signal: AbortSignal, token: string | null): Promise<Response> {
    return fetch(path, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? ''}` },
      body: JSON.stringify(body),
    });
  }
}
