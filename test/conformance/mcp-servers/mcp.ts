import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../../support/root.ts';
import { SERVERS } from './servers.ts';
import { type Tried, tryServer } from './try-server.ts';

/*
 * npm run conformance:mcp: what registers and calls tools of servers, against servers that people use, over
 * their standard streams and, where they offer it, over HTTP. They are installed for this alone, in a folder
 * of its own; where npm does not answer they are skipped, and counted.
 */

const INSTALL_MS = 90_000;

const folder = await mkdtemp(join(tmpdir(), 'ml-intern-mcp-'));
const isInstalled = await install();
const found: Tried[] = [];
if (isInstalled)
  for (const server of SERVERS) found.push(await tryServer(server, folder, await binOf(server.package)));
await rm(folder, { recursive: true, force: true, maxRetries: 5 });
process.stdout.write(
  `${isInstalled ? tableOf(found) : `npm does not answer: ${SERVERS.length} servers skipped`}\n`,
);
const sum = (count: (tried: Tried) => number) => found.reduce((all, tried) => all + count(tried), 0);
const findings = sum(({ problems }) => problems.length);
process.stdout.write(
  `${found.length} servers, ${sum(({ tools }) => tools)} tools, ${sum(({ calls }) => calls)} calls, ${findings} findings\n`,
);
process.exit(findings === 0 ? 0 : 1);

/** Without scripts of the packages: none of them needs one. */
async function install(): Promise<boolean> {
  await copyFile(join(ROOT, 'test/conformance/mcp/package.json'), join(folder, 'package.json'));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--fetch-retries=1'];
  const child = spawn('npm', ['install', ...options], { cwd: folder, stdio: 'ignore', timeout: INSTALL_MS });
  const [code] = await once(child, 'close');
  return code === 0;
}

async function binOf(name: string): Promise<{ path: string; version: string }> {
  const own = join(folder, 'node_modules', name);
  const Package = z.looseObject({
    version: z.string(),
    bin: z.union([z.string(), z.record(z.string(), z.string())]),
  });
  const { version, bin } = Package.parse(JSON.parse(await readFile(join(own, 'package.json'), 'utf8')));
  const file = typeof bin === 'string' ? bin : (Object.values(bin)[0] ?? '');
  return { path: join(own, file), version };
}

function tableOf(rows: readonly Tried[]): string {
  const cells = rows.map(({ name, version, over, tools, others, calls, problems }) =>
    [
      name.padEnd(52),
      version.padEnd(10),
      over.padEnd(6),
      ...[tools, others, calls].map((count) => String(count).padStart(6)),
      problems.length === 0 ? '  ✓' : '  ✗',
    ].join(' '),
  );
  const head = [`${'server'.padEnd(52)} ${'version'.padEnd(10)} ${'over'.padEnd(6)}  tools others  calls`];
  const told = rows.flatMap(({ name, over, problems }) =>
    problems.map((problem) => `✗ ${name} (${over}): ${problem}`),
  );
  return [...head, ...cells, ...told].join('\n');
}
