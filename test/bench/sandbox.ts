import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createLocalSandboxes } from '../../src/sandbox/local.ts';
import { LIMITS, openFolder, shell } from '../support/sandboxes.ts';

/*
 * What confinement costs: the start of a command in a sandbox beside the same command bare, in turns, so that
 * whatever else the machine does falls on both.
 */

const ROUNDS = 60;
const COMMAND = 'true';

const sandboxesWith = (allowedHosts: readonly string[]) =>
  createLocalSandboxes({
    directory: join(openFolder(), 'sandboxes'),
    limits: LIMITS,
    commands: 8,
    allowedHosts,
    hidden: [],
    ids: randomIds,
    log: createLogger('silent', (text) => text),
  });

const bare = () =>
  new Promise<void>((resolve, reject) => {
    const child = spawn('bash', ['-c', COMMAND], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.on('error', reject);
    child.on('close', () => resolve());
  });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const offline = sandboxesWith([]);
const online = sandboxesWith(['pypi.org']);
const { signal } = new AbortController();
const [without, within] = await Promise.all([
  offline.open('s_bench', signal),
  online.open('s_bench', signal),
]);

const times = { bare: [] as number[], confined: [] as number[], network: [] as number[] };
for (let round = 0; round < ROUNDS; round++) {
  times.bare.push(await timed(bare));
  times.confined.push(await timed(() => shell(without, COMMAND)));
  times.network.push(await timed(() => shell(within, COMMAND)));
}
await Promise.all([offline.stop(), online.stop()]);

const base = median(times.bare);
const line = (name: string, values: readonly number[]) =>
  `${name.padEnd(26)}${median(values).toFixed(1)} ms, ${(median(values) - base).toFixed(1)} ms more, ${(median(values) / base).toFixed(1)} times the bare one`;
process.stdout.write(
  [
    `start of \`${COMMAND}\`, median of ${ROUNDS}, in turns`,
    `${'bare'.padEnd(26)}${base.toFixed(1)} ms`,
    line('confined, no network', times.confined),
    line('confined, with the proxy', times.network),
    '',
  ].join('\n'),
);
