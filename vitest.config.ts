import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ending } from './test/support/ending.ts';

export default defineConfig({
  test: {
    projects: [
      // Needs nothing and takes seconds: npm run test:unit
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts'] } },
      // Integration and end-to-end tests are one project, because processes serve the tests of one project
      // only: each loads the libraries and starts the embedded Postgres, which takes as long as a dozen
      // tests.
      {
        extends: true,
        test: {
          name: 'servers',
          include: ['test/{integration,e2e}/**/*.test.ts'],
          globalSetup: 'test/support/global-setup.ts',
        },
      },
    ],
    setupFiles: 'test/support/properties.ts',
    // One process more than cores keeps the cores busy while some wait. Each one loads the libraries, starts
    // the embedded Postgres and has V8 compile both, which takes as much processor time as a dozen tests: on
    // two cores, six took a third more of it than three.
    maxWorkers: availableParallelism() + 2,
    // Without isolation each process loads the libraries, and starts the embedded Postgres, once only: tests
    // keep nothing else in modules. In threads of one process V8 aborts now and then
    // (https://github.com/nodejs/node/issues/64500).
    pool: 'forks',
    isolate: false,
    tags: [
      {
        name: 'long',
        description: 'one of many variants: npm test leaves it out, npm run test:long runs it',
      },
    ],
    reporters: ['default', ending],
    testTimeout: 45_000,
    hookTimeout: 45_000,
  },
});
