import { inject } from '@angular/core';
import { Router, type CanActivateFn } from '@angular/router';
import { nextPath } from './next-path';
import { Session } from './session';

/** Lets nobody in without a session; remembers where they wanted to go. */
export const requireSession: CanActivateFn = (_route, state) => {
  if (inject(Session).ready()) return true;
  const wanted = state.url === '/' ? {} : { next: state.url };
  return inject(Router).createUrlTree(['/login'], { queryParams: wanted });
};

/** Who is signed in already has nothing to do on the sign-in page. */
export const forwardSignedIn: CanActivateFn = (route) => {
  if (!inject(Session).ready()) return true;
  return inject(Router).parseUrl(nextPath(route.queryParamMap.get('next')));
};
