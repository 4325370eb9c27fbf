import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const { projects: _short, ...common } = shared.test ?? {};

/** Those that measure turns of the event loop: what other files left in memory would be collected in them. */
const TURNS = [
  ...['hostile-markdown', 'long-answers', 'longest-turns', 'longest-turns-events', 'longest-turns-inputs'],
  ...['parse-apart', 'redaction-parts'],
].map((name) => `test/soak/${name}.test.ts`);
/** Those with properties that `npm test` tries less often. */
const PROPERTIES = [
  'dataset-configs',
  'discord-components',
  'model-facts',
  'slack-blocks',
  'speech',
  'what-runs',
].map((name) => `test/unit/${name}.test.ts`);
const globalSetup = 'test/support/global-setup.ts';

/** Tests that take long by themselves: `npm run soak`. */
export default defineConfig({
  test: {
    ...common,
    projects: [
      {
        extends: true,
        test: { name: 'soak', include: ['test/soak/**/*.test.ts'], exclude: TURNS, globalSetup },
      },
      { extends: true, test: { name: 'properties', include: PROPERTIES, env: { TRIES: 'all' } } },
      { extends: true, test: { name: 'turns', include: TURNS, isolate: true, globalSetup } },
    ],
    maxWorkers: 3,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
