import { Service, inject } from '@angular/core';
import { Router } from '@angular/router';
import { Session } from './session';

/**
 * `fetch` with the session's access token, for answers that are read while they arrive: HttpClient would hold
 * them back. A refused token ends the session as it does for every other call.
 */
@Service()
export class SessionFetch {
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  async post(path: string, body: unknown, signal: AbortSignal): Promise<Response> {
    const token = this.session.accessToken();
    const response = await fetch(path, {
      method: 'POST',
      signal,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token ?? ''}` },
      body: JSON.stringify(body),
    });
    if (response.status === 401 && this.session.accessToken() === token) {
      this.session.end();
      void this.router.navigate(['/login'], { queryParams: { next: this.router.url } });
    }
    return response;
  }
}
