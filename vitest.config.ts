import { defineConfig } from 'vitest/config';
import { secondTries } from './test/support/second-tries.ts';

export default defineConfig({
  test: {
    include: ['test/{unit,integration,e2e}/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // Most of what these tests do is waiting for servers: more of them than cores keep the cores busy.
    maxWorkers: 4,
    // Without isolation each process loads the libraries, and compiles the embedded Postgres, once only: tests keep nothing
    // in modules. In threads of one process V8 aborts now and then (https://github.com/nodejs/node/issues/64500).
    pool: 'forks',
    isolate: false,
    // A machine that is short of time delays anything: what needs a second try is named at the end, to be looked into.
    retry: 1,
    reporters: ['default', secondTries],
    testTimeout: 45_000,
    hookTimeout: 45_000,
  },
});
