import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const { projects: _short, reporters: _reporters, ...common } = shared.test ?? {};

/** All of the whole bot, and those besides that reach what they do not: each on a recorded wire. */
const REACHING = [
  'e2e/*',
  'soak/{branch,hello,sandbox,scenarios,transport}',
  'integration/{dashboards,hub-repos,hub-tools,model-wires,research-tools}',
];

/** `npm run conformance:wire` runs them. */
export default defineConfig({
  test: {
    ...common,
    reporters: ['dot'],
    include: [...REACHING.map((files) => `test/${files}.test.ts`), 'test/conformance/wire/*.test.ts'],
    globalSetup: 'test/support/global-setup.ts',
  },
});
