import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/root.ts';

/*
 * npm run conformance: our MCP client against the client scenarios of @modelcontextprotocol/conformance.
 */

const SCENARIOS = [
  'initialize',
  'tools_call',
  'elicitation-sep1034-client-defaults',
  'sse-retry',
  'auth/metadata-default',
  'auth/metadata-var1',
  'auth/metadata-var2',
  'auth/metadata-var3',
  'auth/basic-cimd',
  'auth/scope-from-www-authenticate',
  'auth/scope-from-scopes-supported',
  'auth/scope-omitted-when-undefined',
  'auth/scope-step-up',
  'auth/scope-retry-limit',
  'auth/token-endpoint-auth-basic',
  'auth/token-endpoint-auth-post',
  'auth/token-endpoint-auth-none',
  'auth/pre-registration',
  'auth/2025-03-26-oauth-metadata-backcompat',
  'auth/2025-03-26-oauth-endpoint-fallback',
  'auth/resource-mismatch',
  'auth/offline-access-scope',
  'auth/offline-access-not-supported',
  'auth/client-credentials-basic',
  'auth/client-credentials-jwt',
];
const [only] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const suite = require.resolve('@modelcontextprotocol/conformance/dist/index.js');

async function play(scenario: string, directory: string): Promise<{ isPassed: boolean; output: string }> {
  const command = `${process.execPath} ${join(ROOT, 'test/conformance/client.ts')}`;
  const child = spawn(process.execPath, [suite, 'client', '--command', command, '--scenario', scenario], {
    cwd: directory,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const status = await new Promise((resolve) => child.once('exit', resolve));
  return { isPassed: status === 0, output };
}

const directory = await mkdtemp(join(tmpdir(), 'ml-intern-conformance-'));
let failed = 0;
for (const scenario of SCENARIOS.filter((name) => only === undefined || name === only)) {
  const { isPassed, output } = await play(scenario, directory);
  process.stdout.write(`${isPassed ? '✓' : '✗'} ${scenario}\n`);
  if (!isPassed) process.stdout.write(`${output}\n`);
  failed += isPassed ? 0 : 1;
}
await rm(directory, { recursive: true, force: true });
process.stdout.write(failed === 0 ? 'all scenarios passed\n' : `${failed} scenarios failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
