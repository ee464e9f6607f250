import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installStamp, installStampFile, nodeModules } from './paths.mjs';
import { linkPinnedNode } from './pinned-node.mjs';
import { linkPostgresLibraries } from './postgres-links.mjs';

/** Completes an installation; may be repeated. */
export function setUp() {
  linkPinnedNode();
  linkPostgresLibraries();
  // An installation without the development packages cannot build: it is not what the lock file says.
  if (existsSync(join(nodeModules, '@nestjs', 'cli'))) writeFileSync(installStampFile, installStamp());
}
