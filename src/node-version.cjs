/*
 * Loaded before any program of package.json: on a Node that can't run TypeScript everything else would only
 * say ERR_UNKNOWN_FILE_EXTENSION. In syntax that Node 12 reads, too.
 */
const LEAST = 24;

if (Number(process.versions.node.split('.')[0]) < LEAST) {
  process.stderr.write(
    'This needs Node.js ' +
      LEAST +
      ', which `npm ci` installs as the package "node"; this is ' +
      process.version +
      '. Its install script has not run (--ignore-scripts?): run `npm rebuild node --ignore-scripts=false`, then the same again.\n',
  );
  process.exit(1);
}

require('./loading.cjs');
