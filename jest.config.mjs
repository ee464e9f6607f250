import { availableParallelism } from 'node:os';

// Server, libs, simulator, bench and scripts. The admin's specs run under Angular's own Vitest builder.
// SWC options stand here and not in .swcrc so that the build keeps Nest's own defaults.
const swc = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'es6' },
};

const shared = {
  testEnvironment: '<rootDir>/scripts/testing/owning-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^@ccs/(dto|wire)$': '<rootDir>/libs/$1/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};

export default {
  // ES modules of a finished test file are never freed: workers are replaced when they have grown, which one worker
  // alone (Jest's choice on two cores) is not.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  workerIdleMemoryLimit: '800MB',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{server/src,libs,simulator,bench,scripts}/**/*.spec.ts'],
    },
    { ...shared, displayName: 'medium', testMatch: ['<rootDir>/server/test/medium/**/*.spec.ts'] },
    { ...shared, displayName: 'e2e', testMatch: ['<rootDir>/server/test/e2e/**/*.spec.ts'] },
  ],
};
