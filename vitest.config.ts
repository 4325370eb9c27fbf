import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{unit,integration,e2e}/**/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 45_000,
    hookTimeout: 45_000,
  },
});
