import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Session } from './session';
import { SessionKeeper } from './session-keeper';

const USER = { id: 1, email: 'a@example.com', name: null, is_admin: true, must_change_password: false };
const LIFETIME_SECONDS = 900;

/** Reads like an access token of ours. */
function token(name: string): string {
  const claims = { sub: name, iat: 1_000, exp: 1_000 + LIFETIME_SECONDS };
  return `eyJ.${btoa(JSON.stringify(claims))}.x`;
}

function setUp() {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([{ path: '**', children: [] }]),
      provideHttpClient(),
      provideHttpClientTesting(),
    ],
  });
  const server = TestBed.inject(HttpTestingController);
  return {
    keeper: TestBed.inject(SessionKeeper),
    session: TestBed.inject(Session),
    server,
    answer: (name: string) =>
      server
        .expectOne('/api/auth/refresh')
        .flush({ access_token: token(name), token_type: 'bearer', user: USER }),
  };
}

function show(visibility: 'visible' | 'hidden'): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibility);
  document.dispatchEvent(new Event('visibilitychange'));
}

describe('SessionKeeper', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => {
    document.cookie = 'ccs_signed_in=; max-age=0';
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('asks for the session of the browser when there is one', async () => {
    document.cookie = 'ccs_signed_in=1';
    const { keeper, session, answer } = setUp();
    const restored = keeper.restore();
    answer('first');
    await restored;
    expect(session.ready()).toBe(true);
    expect(session.user()).toEqual(USER);
  });

  it('asks nobody on a first visit', async () => {
    const { keeper, server } = setUp();
    await keeper.restore();
    server.expectNone('/api/auth/refresh');
  });

  it('stays signed out when the session is over', async () => {
    document.cookie = 'theme=dark';
    document.cookie = 'ccs_signed_in=1';
    const { keeper, session, server } = setUp();
    const restored = keeper.restore();
    server.expectOne('/api/auth/refresh').flush({ code: 'unauthenticated' }, { status: 401, statusText: '' });
    await restored;
    expect(session.ready()).toBe(false);
  });

  it('replaces a token before it ends, and the next one as well', async () => {
    const { session, server, answer } = setUp();
    session.begin(token('first'), USER);
    TestBed.tick();
    await vi.advanceTimersByTimeAsync(LIFETIME_SECONDS * 790);
    server.expectNone('/api/auth/refresh');
    for (const name of ['second', 'third']) {
      await vi.advanceTimersByTimeAsync(LIFETIME_SECONDS * 800);
      answer(name);
      await vi.advanceTimersByTimeAsync(0);
      TestBed.tick();
      expect(session.accessToken()).toBe(token(name));
    }
  });

  it('waits with that until somebody looks at the page', async () => {
    const { session, server } = setUp();
    session.begin(token('first'), USER);
    TestBed.tick();
    show('hidden');
    await vi.advanceTimersByTimeAsync(LIFETIME_SECONDS * 2000);
    server.expectNone('/api/auth/refresh');
    show('visible');
    server.expectOne('/api/auth/refresh');
  });

  it('ends the session on the server, and here even when the server is away', async () => {
    const { keeper, session, server } = setUp();
    session.begin(token('first'), USER);
    const signedOut = keeper.signOut();
    expect(session.accessToken()).toBeNull();
    server.expectOne('/api/auth/logout').error(new ProgressEvent('error'));
    await expect(signedOut).resolves.toBeUndefined();
  });
});
