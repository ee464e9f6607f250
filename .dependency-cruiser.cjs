// Who may import whom: the rules of ARCHITECTURE.md. scripts/checks/import-rules.spec.ts sees each of them
// catch a breaking file.

const PURE = 'errors|converters|routing|resilience|tokens';
const SETTINGS = 'config|telemetry';
const INFRASTRUCTURE = 'database|shared-state|queue|http|provider-clients|tokenizer';
const DOMAIN = 'users|api-keys|auth|permissions|audit|providers|usage|limits|oauth|retention|capture';
const FEATURES = 'messages|models|conversations|preferences|stats|health|event-logging|api-docs';
const HOT_PATH = 'messages|converters|routing|resilience|provider-clients';

/** A file below one of the rooms. */
const rooms = (names) => `^server/src/(${names})/`;
const SPEC = '\\.spec\\.ts$';
const packages = (names) => `(^|node_modules/)(${names})(/|$)`;
/** Our own code, as opposed to packages and Node. */
const OWN = '^(server|libs|admin|simulator|bench|scripts)/';

/** Rooms may import those of `allowed` and the libraries, and nothing else of ours. */
const layer = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: rooms(from), pathNot: SPEC },
  to: { path: OWN, pathNot: ['^libs/', rooms(allowed)] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-circle',
      comment: 'A circle makes one piece of two, and load order matters.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable-import',
      comment: 'What cannot be found escapes every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libs-know-nobody',
      comment: 'libs hold shapes: they import one another, and the DTOs class-validator.',
      severity: 'error',
      from: { path: '^libs/', pathNot: SPEC },
      to: { pathNot: ['^libs/', packages('class-validator')] },
    },
    {
      name: 'class-validator-only-in-dto',
      comment: 'Wire shapes are what others say; they are not validated by decorators.',
      severity: 'error',
      from: { path: '^libs/(?!dto/)' },
      to: { path: packages('class-validator') },
    },
    layer('pure-rooms-stay-low', 'Pure rooms import libs and one another.', PURE, PURE),
    {
      name: 'pure-rooms-know-no-node',
      comment: 'Clocks, hashes and id makers come in as arguments.',
      severity: 'error',
      from: { path: rooms(PURE), pathNot: SPEC },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-rooms-know-no-framework',
      comment: 'converters.module.ts is the only Nest file; gpt-tokenizer is data and arithmetic.',
      severity: 'error',
      from: { path: rooms(PURE), pathNot: [SPEC, '^server/src/converters/converters\\.module\\.ts$'] },
      to: { path: 'node_modules/', pathNot: packages('gpt-tokenizer') },
    },
    layer(
      'settings-rooms-stay-low',
      'config and telemetry import pure rooms, libs and one another.',
      SETTINGS,
      `${PURE}|${SETTINGS}`,
    ),
    layer(
      'infrastructure-rooms-stay-low',
      'Infrastructure knows nothing of users, providers or calls.',
      INFRASTRUCTURE,
      `${PURE}|${SETTINGS}|${INFRASTRUCTURE}`,
    ),
    layer(
      'domain-rooms-stay-low',
      'Domain rooms import what is below, and one another without circles.',
      DOMAIN,
      `${PURE}|${SETTINGS}|${INFRASTRUCTURE}|${DOMAIN}`,
    ),
    {
      name: 'feature-rooms-stay-apart',
      comment: 'A feature never imports a feature; only conversations and health make attempts of messages.',
      severity: 'error',
      from: { path: rooms(FEATURES), pathNot: SPEC },
      to: {
        path: OWN,
        pathNot: [
          '^libs/',
          rooms(`${PURE}|${SETTINGS}|${INFRASTRUCTURE}|${DOMAIN}`),
          '^server/src/$1/',
          '^server/src/messages/',
        ],
      },
    },
    {
      name: 'only-conversations-and-health-use-messages',
      comment: 'The exceptions of feature-rooms-stay-apart, spelled out.',
      severity: 'error',
      from: { path: rooms(FEATURES), pathNot: [SPEC, rooms('messages|conversations|health')] },
      to: { path: rooms('messages') },
    },
    {
      name: 'internal-is-private',
      comment: 'The internal/ folder of a room is imported from that room only.',
      severity: 'error',
      from: { path: '^([^/]+/[^/]+/[^/]+)/' },
      to: { path: '/internal/', pathNot: ['^$1/', 'node_modules/'] },
    },
    {
      name: 'internal-is-private-to-composition',
      comment: 'main, worker.main and the root modules import the faces of rooms.',
      severity: 'error',
      from: { path: '^server/src/[^/]+\\.ts$' },
      to: { path: '^server/src/.*/internal/' },
    },
    {
      name: 'hot-path-knows-no-database',
      comment: 'A call never waits for Postgres.',
      severity: 'error',
      from: { path: rooms(HOT_PATH), pathNot: SPEC },
      to: { path: [packages('typeorm|@nestjs/typeorm|pg'), rooms('database')] },
    },
    {
      name: 'typeorm-only-where-sql-lives',
      comment: 'Entities, repositories, modules and database/ know TypeORM.',
      severity: 'error',
      from: {
        path: '^server/src/',
        pathNot: [SPEC, '\\.(entity|repository|module)\\.ts$', rooms('database')],
      },
      to: { path: packages('typeorm|@nestjs/typeorm') },
    },
    {
      name: 'production-knows-no-tests',
      comment: 'What is delivered does not depend on tests and what supports them.',
      severity: 'error',
      from: { path: OWN, pathNot: [SPEC, '^server/test/'] },
      to: { path: [SPEC, '^server/test/'] },
    },
    {
      name: 'nobody-imports-the-server',
      comment:
        'Portal, libs, simulator and scripts know it from the wire only; bench also measures single verbs.',
      severity: 'error',
      from: { path: '^(admin|libs|simulator|scripts)/' },
      to: { path: '^server/' },
    },
    {
      name: 'nobody-imports-the-portal',
      comment: 'It is built and served, not imported.',
      severity: 'error',
      from: { path: OWN, pathNot: '^admin/' },
      to: { path: '^admin/' },
    },
    {
      name: 'portal-features-stay-apart',
      comment: 'A feature of the portal imports core, ui and libs, never another feature.',
      severity: 'error',
      from: { path: '^admin/src/app/features/([^/]+)/' },
      to: { path: OWN, pathNot: ['^libs/', '^admin/src/app/(core|ui)/', '^admin/src/app/features/$1/'] },
    },
    {
      name: 'portal-core-knows-no-feature',
      comment: 'core imports ui and libs.',
      severity: 'error',
      from: { path: '^admin/src/app/core/' },
      to: { path: OWN, pathNot: ['^libs/', '^admin/src/app/(core|ui)/'] },
    },
    {
      name: 'portal-ui-knows-libs-only',
      comment: 'ui is shown what to show.',
      severity: 'error',
      from: { path: '^admin/src/app/ui/' },
      to: { path: OWN, pathNot: ['^libs/', '^admin/src/app/ui/'] },
    },
    {
      name: 'portal-http-only-in-clients',
      comment: 'Pages ask a …-client.ts; core has the interceptors; app.config.ts wires them.',
      severity: 'error',
      from: {
        path: '^admin/src/',
        pathNot: [SPEC, '-client\\.ts$', '^admin/src/app/(core/|app\\.config\\.ts$)'],
      },
      to: { path: ['@angular/common/http', '@angular/common/types/http'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    // Imports of types count: they are what one piece knows of another.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
