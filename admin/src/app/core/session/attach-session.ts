import {
  HttpErrorResponse,
  type HttpEvent,
  type HttpHandlerFn,
  type HttpInterceptorFn,
  type HttpRequest,
} from '@angular/common/http';
import { Injector, inject } from '@angular/core';
import { catchError, from, switchMap, throwError, type Observable } from 'rxjs';
import { Session } from './session';
import { SessionKeeper } from './session-keeper';

/** These go by password or cookie; a token would only be in the way. */
const WITHOUT_TOKEN = new Set(['/api/auth/login', '/api/auth/refresh', '/api/auth/logout']);

/**
 * Sends the access token along with calls of the admin API. When the server no longer takes it, a new one is asked for
 * and the call made again, once.
 */
export const attachSession: HttpInterceptorFn = (request, next) => {
  const session = inject(Session);
  // The keeper itself calls through here: it is looked up when it is needed, not while it is being made.
  const injector = inject(Injector);
  const token = session.accessToken();
  if (token === null || !request.url.startsWith('/api/') || WITHOUT_TOKEN.has(request.url))
    return next(request);
  return send(request, next, token).pipe(
    catchError((error: unknown) => {
      if (!(error instanceof HttpErrorResponse) || error.status !== 401 || isWrongPassword(error))
        return throwError(() => error);
      return from(currentToken(session, injector, token)).pipe(
        switchMap((fresh) => (fresh === null ? throwError(() => error) : send(request, next, fresh))),
      );
    }),
  );
};

function send(
  request: HttpRequest<unknown>,
  next: HttpHandlerFn,
  token: string,
): Observable<HttpEvent<unknown>> {
  return next(request.clone({ setHeaders: { authorization: `Bearer ${token}` } }));
}

/** Another token than the refused one; null: there is none any more. */
async function currentToken(session: Session, injector: Injector, refused: string): Promise<string | null> {
  const current = session.accessToken();
  if (current === null || current !== refused) return current;
  return (await injector.get(SessionKeeper).refresh()) ? session.accessToken() : null;
}

/** The change of a password answers 401 for a wrong current one; the session itself is fine. */
function isWrongPassword(error: HttpErrorResponse): boolean {
  const body: unknown = error.error;
  return typeof body === 'object' && body !== null && 'code' in body && body.code === 'invalid_credentials';
}
