import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
/** The reference server that has everything of the protocol, as the config names it. */
export const everything = (approval: 'never' | 'always') => ({
  enabled: true,
  command: process.execPath,
  args: [
    join(dirname(require.resolve('@modelcontextprotocol/server-everything/package.json')), 'dist/index.js'),
    'stdio',
  ],
  env: {},
  headers: {},
  approval,
  hide: [],
  resources: false,
  prompts: false,
  needs: [],
  timeout_seconds: 20,
});
