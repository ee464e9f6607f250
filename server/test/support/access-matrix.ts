import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Access } from '../../src/auth/access.decorators.js';
import type { ServedRoute } from './start-app.js';

/** `GET /api/audit` -> what it declares and answers, in the words of the file. */
export type AccessMatrix = ReadonlyMap<string, string>;

const FILE = resolve(import.meta.dirname, '../matrix/access.txt');
const INTRODUCTION = `# The status code of every route for every kind of caller, asked with an empty body and an id that does not exist.
# A line here is a decision: read it before you commit it. \`npm run access:matrix\` adds the lines of new routes and
# takes those of gone ones away; with \`-- --all\` it writes all of them anew.
`;
const ROUTE_WIDTH = 58;
const ACCESS_WIDTH = 20;

export function readAccessMatrix(): AccessMatrix {
  const lines = readFileSync(FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [method = '', path = '', ...cells] = line.split(/ +/);
      return [`${method} ${path}`, cells.join(' ')];
    }),
  );
}

export function writeAccessMatrix(matrix: AccessMatrix, callers: readonly string[]): void {
  const line = (route: string, access: string, cells: readonly string[]): string =>
    [route.padEnd(ROUTE_WIDTH), access.padEnd(ACCESS_WIDTH), ...cells.map((cell) => cell.padEnd(4))]
      .join(' ')
      .trimEnd();
  const lines = [...matrix].sort(byPath).map(([route, text]) => {
    const [access = '', ...cells] = text.split(' ');
    return line(route, access, cells);
  });
  const head = line(
    '#',
    'declares',
    callers.map((name) => name.slice(0, 4)),
  );
  writeFileSync(FILE, `${INTRODUCTION}${head}\n${lines.join('\n')}\n`);
}

/** What a route says of itself, in one word. */
export function accessInAWord({ handler }: ServedRoute): string {
  if (handler === null) return 'files';
  const { access } = handler;
  if (access.kind !== 'session') return access.kind;
  if (access.oneTimePassword) return 'own-account';
  if (access.administrator) return 'administrator';
  return access.anyOf.length === 0 ? 'session' : access.anyOf.join('|');
}

/** The refusal that a declaration alone means for a caller; null: he is let in, whatever the handler says then. */
export function refusalBy(access: Access | null, caller: string): 401 | 403 | null {
  if (access === null || access.kind === 'public') return null;
  if (caller === 'nobody' || caller === 'disabled') return 401;
  if (access.kind === 'key') {
    if (caller === 'one_time') return 403;
    return ['key', 'admin', 'chat'].includes(caller) ? null : 403;
  }
  if (caller === 'key') return 401;
  if (caller === 'one_time') return access.oneTimePassword ? null : 403;
  if (caller === 'admin') return null;
  if (access.administrator) return 403;
  if (access.anyOf.length === 0) return null;
  return access.anyOf.some((permission) => permission === caller) ? null : 403;
}

/** By path, then by method. */
function byPath([a]: readonly [string, string], [b]: readonly [string, string]): number {
  const key = (route: string): string => route.split(' ').toReversed().join(' ');
  return key(a) < key(b) ? -1 : 1;
}
