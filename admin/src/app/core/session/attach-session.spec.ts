import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { attachSession } from './attach-session';
import { Session } from './session';

const USER = { id: 1, email: 'a@example.com', name: null, is_admin: true, must_change_password: false };

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
  return {
    session,
    http: TestBed.inject(HttpClient),
    server: TestBed.inject(HttpTestingController),
    router: TestBed.inject(Router),
  };
}

describe('attachSession', () => {
  it('sends the token to the admin API and to nobody else', () => {
    const { http, server } = setUp();
    http.get('/api/auth/me').subscribe();
    http.get('/i18n/en-US.json').subscribe();
    expect(server.expectOne('/api/auth/me').request.headers.get('authorization')).toBe('Bearer token-1');
    expect(server.expectOne('/i18n/en-US.json').request.headers.has('authorization')).toBe(false);
  });

  it('goes to the sign-in page, to come back, when the token is refused', async () => {
    const { http, server, session, router } = setUp();
    await router.navigateByUrl('/providers?q=x');
    http.get('/api/providers/public').subscribe({ error: () => undefined });
    server
      .expectOne('/api/providers/public')
      .flush({ code: 'unauthenticated' }, { status: 401, statusText: '' });
    await vi.waitFor(() => expect(router.url).toBe('/login?next=%2Fproviders%3Fq%3Dx'));
    expect(session.accessToken()).toBeNull();
  });

  it('keeps the session when only the current password was wrong', () => {
    const { http, server, session } = setUp();
    http.put('/api/auth/change-password', {}).subscribe({ error: () => undefined });
    server
      .expectOne('/api/auth/change-password')
      .flush({ code: 'invalid_credentials' }, { status: 401, statusText: '' });
    expect(session.accessToken()).toBe('token-1');
  });

  it('keeps a newer session when an answer to the old one comes late', () => {
    const { http, server, session } = setUp();
    http.get('/api/auth/me').subscribe({ error: () => undefined });
    session.begin('token-2', USER);
    server.expectOne('/api/auth/me').flush({ code: 'unauthenticated' }, { status: 401, statusText: '' });
    expect(session.accessToken()).toBe('token-2');
  });
});
