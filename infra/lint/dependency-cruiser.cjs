/**
 * The layers of the tree, checked. A part may import the parts named here, itself, and nothing else of ours; what a
 * part may import from packages is in PACKAGE_HOMES. Tests, test/ and infra/ stand outside: they may import anything.
 */
const LAYERS = {
  'shared/core': [],
  'shared/contracts': ['core'],
  'shared/ports': ['core', 'contracts'],
  'shared/resilience': ['core', 'contracts', 'ports'],
  'shared/jobs': ['core', 'contracts', 'ports', 'resilience'],
  'shared/platform': ['core', 'contracts', 'ports', 'resilience'],
  'shared/adapters': ['core', 'contracts', 'ports', 'platform'],
  'shared/client': ['core', 'contracts'],
  services: ['core', 'contracts', 'ports', 'resilience', 'jobs', 'platform', 'adapters'],
};

/** The only places that may import a package: the rest sees our ports and contracts. */
const PACKAGE_HOMES = {
  bullmq: ['^shared/adapters/bullmq/'],
  '@nats-io': ['^shared/adapters/nats/'],
  ioredis: ['^shared/adapters/(redis|bullmq)/'],
  undici: ['^shared/adapters/providers/'],
  fastify: ['^services/', '^shared/platform/http/'],
  ws: ['^services/edge/'],
  zod: ['^shared/(contracts|platform|adapters)/', '^services/[^/]+/config\\.ts$'],
};

/** A client whose type may be named elsewhere, for one that is made by main.ts and handed on. */
const TYPE_ONLY_IS_FINE = ['ioredis'];

const TEST_FILE = '\\.(test|contract)\\.ts$';

const layerRules = Object.entries(LAYERS).map(([folder, allowed]) =>
  forbid({
    name: `${folder.replace('shared/', '')}-imports-only-lower-layers`,
    comment: `${folder} may import ${allowed.join(', ') || 'nothing'} of shared/, never a higher layer.`,
    from: { path: `^${folder}/`, pathNot: TEST_FILE },
    to: {
      path: '^(shared|services|infra)/',
      pathNot: [`^${folder}/`, ...allowed.map((part) => `^shared/${part}/`)],
    },
  }),
);

const packageRules = Object.entries(PACKAGE_HOMES).map(([name, homes]) =>
  forbid({
    name: `${name.replace('@', '')}-only-in-its-adapter`,
    comment: `The package ${name} has its home: ${homes.join(' ')}.`,
    from: { path: '^(shared|services)/', pathNot: [...homes, TEST_FILE] },
    to: {
      path: `(^|/)node_modules/${name}/`,
      dependencyTypesNot: TYPE_ONLY_IS_FINE.includes(name) ? ['type-only'] : [],
    },
  }),
);

module.exports = {
  forbidden: [
    ...layerRules,
    ...packageRules,
    forbid({
      name: 'core-has-no-packages',
      comment: 'The domain is plain TypeScript: no package and nothing of Node.',
      from: { path: '^shared/core/', pathNot: TEST_FILE },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'core'] },
    }),
    forbid({
      name: 'adapters-do-not-import-each-other',
      comment: 'Each adapter stands alone, so that one can be replaced without reading another.',
      from: { path: '^shared/adapters/([^/]+)/', pathNot: TEST_FILE },
      to: { path: '^shared/adapters/', pathNot: '^shared/adapters/$1/' },
    }),
    forbid({
      name: 'providers-do-not-import-each-other',
      comment:
        'A provider may build on http/, openai-compatible/ and the plain files beside the folders.',
      from: { path: '^shared/adapters/providers/([^/]+)/', pathNot: TEST_FILE },
      to: {
        path: '^shared/adapters/providers/[^/]+/',
        pathNot: '^shared/adapters/providers/($1|http|openai-compatible)/',
      },
    }),
    forbid({
      name: 'services-do-not-import-each-other',
      comment: 'Services meet through contracts on the wire only.',
      from: { path: '^services/([^/]+)/', pathNot: TEST_FILE },
      to: { path: '^services/', pathNot: '^services/$1/' },
    }),
    forbid({
      name: 'only-main-builds-adapters',
      comment: 'Everything but main.ts sees ports, so that it runs on a memory adapter in a test.',
      from: { path: '^services/', pathNot: ['^services/[^/]+/main\\.ts$', TEST_FILE] },
      to: { path: '^shared/adapters/' },
    }),
    forbid({
      name: 'adapters-hold-no-retries',
      comment: 'The router is the only retry loop of the system.',
      from: { path: '^shared/adapters/', pathNot: TEST_FILE },
      to: { path: '^shared/(resilience|jobs)/' },
    }),
    forbid({
      name: 'nothing-imports-test',
      comment: 'What ships never depends on the tests.',
      from: { path: '^(shared|services)/', pathNot: TEST_FILE },
      to: { path: ['^test/', TEST_FILE] },
    }),
    forbid({
      name: 'no-cycles',
      comment: 'Two files that import each other are one idea in two places, or two ideas mixed.',
      from: { path: '^(shared|services|infra|test)/' },
      to: { circular: true },
    }),
    forbid({
      name: 'every-import-resolves',
      comment: 'An import that leads nowhere would also escape every other rule.',
      from: { path: '^(shared|services|infra|test)/' },
      to: { couldNotResolve: true },
    }),
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^infra/lint/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
  },
};

/** Every rule is an error: a warning that nobody must act on is noise. */
function forbid(rule) {
  return { severity: 'error', ...rule };
}
