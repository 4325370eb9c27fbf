/** Who may import whom: the rules of docs/ARCHITECTURE.md. @type {import('dependency-cruiser').IConfiguration} */
const only = (from, ...to) => ({
  name: `${from.replace('/', '-')}-imports`,
  comment: `${from} may import only ${to.join(', ')}, its own files, src/ops and src/config`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    path: '^(src|adapters|test)/',
    pathNot: [from, 'src/ops', 'src/config', ...to].map((folder) => `^${folder}(/|\\.ts$)`),
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-tests-in-product',
      severity: 'error',
      from: { path: '^(src|adapters)/' },
      to: { path: '^test/' },
    },
    only('adapters', 'src/thread', 'src/session'),
    only('src/agent', 'src/llm', 'src/tools', 'src/session'),
    only('src/tools', 'src/hub', 'src/web', 'src/sandbox', 'src/session'),
    only('src/thread', 'src/session'),
    only('src/queue', 'src/agent', 'src/thread', 'src/session', 'src/db/storage'),
    only('src/session', 'src/db', 'src/web/fetcher'),
    only('src/db'),
    only('src/hub', 'src/web'),
    only('src/web'),
    only('src/llm'),
    only('src/ops'),
    only('src/config'),
    {
      name: 'db-only-through-session',
      comment: 'tables are read and written in src/session only',
      severity: 'error',
      from: { pathNot: '^(src/db|src/session|src/main\\.ts|test)' },
      to: { path: '^src/db/schema' },
    },
    {
      name: 'slack-only-in-its-adapter',
      severity: 'error',
      from: { pathNot: '^(adapters/slack|test)/' },
      to: { path: 'node_modules/@slack' },
    },
    {
      name: 'discord-only-in-its-adapter',
      severity: 'error',
      from: { pathNot: '^(adapters/discord|test)/' },
      to: { path: 'node_modules/discord' },
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
    },
    {
      name: 'no-dev-packages-in-product',
      severity: 'error',
      from: { path: '^(src|adapters)/', pathNot: '^src/db/drizzle\\.config\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
