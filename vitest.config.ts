import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration,e2e}/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // Most of what these tests do is waiting for servers: more of them than cores keep the cores busy.
    maxWorkers: 4,
    // Threads share what the embedded Postgres was compiled to, and without isolation each loads the libraries once only:
    // tests keep nothing in modules.
    pool: 'threads',
    isolate: false,
    testTimeout: 45_000,
    hookTimeout: 45_000,
  },
});
