import { HttpErrorResponse, type HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { Router } from '@angular/router';
import { catchError, throwError } from 'rxjs';
import { Session } from './session';

/**
 * Sends the access token along with calls of the admin API, and goes to the sign-in page, to come back later,
 * when the server no longer takes it.
 */
export const attachSession: HttpInterceptorFn = (request, next) => {
  const session = inject(Session);
  const router = inject(Router);
  const token = session.accessToken();
  if (token === null || !request.url.startsWith('/api/')) return next(request);
  return next(request.clone({ setHeaders: { authorization: `Bearer ${token}` } })).pipe(
    catchError((error: unknown) => {
      // Of a newer session, or of none: an answer to a call of the old one says nothing about it.
      const current = session.accessToken() === token;
      if (error instanceof HttpErrorResponse && error.status === 401 && current && !isWrongPassword(error)) {
        session.end();
        void router.navigate(['/login'], { queryParams: { next: router.url } });
      }
      return throwError(() => error);
    }),
  );
};

/** The change of a password answers 401 for a wrong current one; the session itself is fine. */
function isWrongPassword(error: HttpErrorResponse): boolean {
  const body: unknown = error.error;
  return typeof body === 'object' && body !== null && 'code' in body && body.code === 'invalid_credentials';
}
