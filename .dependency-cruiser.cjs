/**
 * Who may import whom: the rules of docs/ARCHITECTURE.md.
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** The rooms of src from the lowest floor to the highest. */
const { floors: FLOORS } = require('./src/rooms.json');
const ROOMS = FLOORS.flatMap(Object.keys);

/** The one file of src that knows the adapters: it lists their `platform.ts`. */
const PLATFORMS = '^src/app/platforms\\.ts$';

/** The files of a room, without those of the rooms within it. */
const filesOf = (room) => {
  const inner = ROOMS.filter((other) => other.startsWith(`${room}/`)).map((other) =>
    other.slice(room.length + 1),
  );
  const but = inner.length > 0 ? `(?!(?:${inner.join('|')})/)` : '';
  return `^src/${room}/${but}`;
};

/** All of src that an adapter may import, and why. */
const SEEN_BY_ADAPTERS = [
  filesOf('lib'), // knows nothing of the product
  filesOf('session'), // types and pure functions, without the rooms within
  filesOf('thread/view'), // what is shown
  filesOf('thread/words'), // what is said
  filesOf('controller'), // where what people say and do goes, and the types of what a platform is handed
  // How a thread gets to its platform: what a platform has for that, and what it is given to send.
  '^src/thread/delivery/(?:outbound|outgoing|delivery|by-kind|answer-parts)\\.ts$',
  // What can be set of a platform is written down by the platform.
  '^src/config/(?:setting-types|shapes|secrets|platform-settings|load)\\.ts$',
];

const floorRules = FLOORS.flatMap((floor, height) =>
  Object.entries(floor).map(([room, siblings]) => {
    const below = FLOORS.slice(0, height).flatMap(Object.keys);
    return {
      name: `${room.replace('/', '-')}-imports`,
      comment: `src/${room} may import rooms below it${siblings.length > 0 ? ` and ${siblings.join(', ')}` : ''}`,
      severity: 'error',
      from: { path: filesOf(room), pathNot: PLATFORMS },
      to: { path: '^(src|adapters|test)/', pathNot: [room, ...siblings, ...below].map(filesOf) },
    };
  }),
);

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...floorRules,
    {
      name: 'every-file-in-a-room',
      comment: 'a file of src belongs into a room that the floors above name',
      severity: 'error',
      from: { path: '^src/', pathNot: [...ROOMS.map(filesOf), '^src/(node-version|loading)\\.cjs$'] },
      to: {},
    },
    {
      name: 'list-of-platforms',
      comment: 'the list of platforms has what each says of itself, and nothing else of them',
      severity: 'error',
      from: { path: PLATFORMS },
      to: { pathNot: ['^adapters/[^/]+/platform\\.ts$', filesOf('controller')] },
    },
    {
      name: 'list-of-platforms-is-handed-on',
      comment: 'programs hand the list on: whoever takes it from elsewhere could not be given another one',
      severity: 'error',
      from: { path: '^(src|adapters|bin)/', pathNot: '^(src/app/main\\.ts|src/cli/|bin/)' },
      to: { path: PLATFORMS },
    },
    {
      name: 'platforms-are-light',
      comment: 'what is wrong with the settings is told before the libraries of a platform are loaded',
      severity: 'error',
      from: {
        path: '^adapters/(?:[^/]+/(?:platform|settings|mentions|probe|gateway-proxy)|shared/(?:one-person|settings))\\.ts$',
      },
      to: {
        path: ['^adapters/', 'node_modules/(@slack|discord|@discordjs)'],
        pathNot:
          '^adapters/(?:[^/]+/(?:platform|settings|mentions|probe|gateway-proxy)|shared/(?:one-person|settings))\\.ts$',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'adapters-see-only-ports',
      comment:
        'an adapter sees what people say and do and are shown: of what decides, records and runs it is handed ports',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: '^src/', pathNot: SEEN_BY_ADAPTERS },
    },
    {
      name: 'adapters-are-handed-the-controller',
      comment: 'what decides is made by the program, for all platforms alike',
      severity: 'error',
      from: { path: '^adapters/' },
      to: {
        path: '^src/controller/(?:controller|parts|gate|clicks|submissions|messages|suggestions|platform)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'adapters-apart',
      comment: 'what two platforms share is in adapters/shared',
      severity: 'error',
      from: { path: '^adapters/([^/]+)/' },
      to: { path: '^adapters/', pathNot: ['^adapters/$1/', '^adapters/shared/'] },
    },
    {
      name: 'no-tests-in-product',
      severity: 'error',
      from: { path: '^(src|adapters)/' },
      to: { path: '^test/' },
    },
    {
      name: 'foreign-files-are-parsed-apart',
      comment: 'what parses foreign files is loaded in the processes of src/parse-apart alone',
      severity: 'error',
      from: { pathNot: '^(src/parse-apart/(parsers/|parsers\\.ts$)|test/)' },
      to: {
        path: [
          '^src/parse-apart/parsers/',
          'node_modules/(csv-parse|hyparquet|cheerio|domhandler|@lezer|@astral-sh)/',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'parsers-are-loaded-apart',
      comment: 'the list of parsers is for the process that they run in',
      severity: 'error',
      from: { pathNot: '^src/parse-apart/worker\\.ts$' },
      to: { path: '^src/parse-apart/(parsers|worker)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'tables-in-domain-rooms',
      comment: 'tables are read and written where the record is kept, and by the rooms that own a part of it',
      severity: 'error',
      from: {
        pathNot: '^(src/(db|session|intake|approvals|jobs|access|reports|thread/delivery)/|test/)',
      },
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
    exclude: { path: '^test/bench/peers/' }, // their packages are installed by the benchmark alone
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
