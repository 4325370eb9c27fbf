import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration,e2e}/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    // Most of what these tests do is waiting for servers: more of them than cores keep the cores busy.
    maxWorkers: 4,
    testTimeout: 45_000,
    hookTimeout: 45_000,
  },
});
