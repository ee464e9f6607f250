import type { Routes } from '@angular/router';
import { Shell } from './core/shell/shell';
import { forwardSignedIn, requireSession } from './core/session/require-session';

export const routes: Routes = [
  {
    path: 'login',
    title: 'login.title',
    canActivate: [forwardSignedIn],
    loadComponent: () => import('./features/login/login-page').then((m) => m.LoginPage),
  },
  {
    path: '',
    component: Shell,
    canActivate: [requireSession],
    children: [
      {
        path: '',
        pathMatch: 'full',
        title: 'home.title',
        loadComponent: () => import('./features/home/home-page').then((m) => m.HomePage),
      },
      {
        path: '**',
        title: 'notFound.title',
        loadComponent: () => import('./features/not-found/not-found-page').then((m) => m.NotFoundPage),
      },
    ],
  },
];
