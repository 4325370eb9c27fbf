import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const { projects: _short, reporters: _reporters, ...common } = shared.test ?? {};

/** Tests that together reach every route that the product asks of a platform, on recorded wires. */
const REACHING = [
  'e2e/{agent-sessions,approvals,assistant,controls,edits,installs,research,streaming}',
  'soak/{branch,hello,sandbox,scenarios,transport}',
  'e2e/{what-is-seen,discord,discord-edits,discord-interactions,discord-what-is-seen}',
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
