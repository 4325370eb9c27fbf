import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const { projects: _short, ...common } = shared.test ?? {};

/** Tests that take long by themselves: `npm run soak`. */
export default defineConfig({
  test: {
    ...common,
    include: ['test/soak/**/*.test.ts'],
    // Some measure processor time, which grows where many others use the same caches.
    maxWorkers: 3,
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
