import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { attachSession } from './attach-session';
import { Session } from './session';

const USER = { id: 1, email: 'a@example.com', name: null, is_admin: true, must_change_password: false };
const UNAUTHENTICATED = [{ code: 'unauthenticated' }, { status: 401, statusText: '' }] as const;

function setUp() {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([{ path: '**', children: [] }]),
      provideHttpClient(withInterceptors([attachSession])),
      provideHttpClientTesting(),
    ],
  });
  const session = TestBed.inject(Session);
  session.begin('token-1', USER);
  const http = TestBed.inject(HttpClient);
  const server = TestBed.inject(HttpTestingController);
  return {
    session,
    http,
    server,
    router: TestBed.inject(Router),
    /** The refresh that was asked for, answered. */
    renewed: () =>
      server
        .expectOne('/api/auth/refresh')
        .flush({ access_token: 'token-2', token_type: 'bearer', user: USER }),
    /** The call made again, once the new token has arrived. */
    again: (url: string) => vi.waitFor(() => server.expectOne(url)),
  };
}

describe('attachSession', () => {
  it('sends the token to the admin API and to nobody else', () => {
    const { http, server } = setUp();
    http.get('/api/auth/me').subscribe();
    http.get('/i18n/en-US.json').subscribe();
    http.post('/api/auth/refresh', {}).subscribe();
    expect(server.expectOne('/api/auth/me').request.headers.get('authorization')).toBe('Bearer token-1');
    expect(server.expectOne('/i18n/en-US.json').request.headers.has('authorization')).toBe(false);
    expect(server.expectOne('/api/auth/refresh').request.headers.has('authorization')).toBe(false);
  });

  it('makes a refused call again with a new token', async () => {
    const { http, server, renewed, again } = setUp();
    const answered = vi.fn();
    http.get('/api/auth/me').subscribe(answered);
    server.expectOne('/api/auth/me').flush(...UNAUTHENTICATED);
    renewed();
    const call = await again('/api/auth/me');
    expect(call.request.headers.get('authorization')).toBe('Bearer token-2');
    call.flush({ id: 1 });
    expect(answered).toHaveBeenCalledExactlyOnceWith({ id: 1 });
  });

  it('asks for one new token for many refused calls', async () => {
    const { http, server, renewed, again } = setUp();
    for (const path of ['/api/a', '/api/b', '/api/c']) http.get(path).subscribe();
    for (const path of ['/api/a', '/api/b']) server.expectOne(path).flush(...UNAUTHENTICATED);
    renewed();
    for (const path of ['/api/a', '/api/b']) await again(path);
    // Late, when there is a newer token already.
    server.expectOne('/api/c').flush(...UNAUTHENTICATED);
    const late = await again('/api/c');
    expect(late.request.headers.get('authorization')).toBe('Bearer token-2');
    server.expectNone('/api/auth/refresh');
  });

  it('asks no second time when the new token is refused as well', async () => {
    const { http, server, renewed, again } = setUp();
    const failed = vi.fn();
    http.get('/api/auth/me').subscribe({ error: failed });
    server.expectOne('/api/auth/me').flush(...UNAUTHENTICATED);
    renewed();
    (await again('/api/auth/me')).flush(...UNAUTHENTICATED);
    expect(failed).toHaveBeenCalledOnce();
    server.expectNone('/api/auth/refresh');
  });

  it('goes to the sign-in page, to come back, when the session is over', async () => {
    const { http, server, session, router } = setUp();
    await router.navigateByUrl('/providers?q=x');
    http.get('/api/providers/public').subscribe({ error: () => undefined });
    server.expectOne('/api/providers/public').flush(...UNAUTHENTICATED);
    server.expectOne('/api/auth/refresh').flush(...UNAUTHENTICATED);
    await vi.waitFor(() => expect(router.url).toBe('/login?next=%2Fproviders%3Fq%3Dx'));
    expect(session.accessToken()).toBeNull();
  });

  it('keeps the session when only the current password was wrong', () => {
    const { http, server, session } = setUp();
    http.put('/api/auth/change-password', {}).subscribe({ error: () => undefined });
    server
      .expectOne('/api/auth/change-password')
      .flush({ code: 'invalid_credentials' }, { status: 401, statusText: '' });
    server.expectNone('/api/auth/refresh');
    expect(session.accessToken()).toBe('token-1');
  });

  it('keeps the session while the gateway cannot be reached', async () => {
    const { http, server, session } = setUp();
    const failed = vi.fn();
    http.get('/api/auth/me').subscribe({ error: failed });
    server.expectOne('/api/auth/me').flush(...UNAUTHENTICATED);
    server.expectOne('/api/auth/refresh').error(new ProgressEvent('error'));
    await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
    expect(session.accessToken()).toBe('token-1');
  });
});
