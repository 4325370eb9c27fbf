import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createLocalSandboxes } from '../../src/sandbox/local.ts';
import { LIMITS, openFolder, shell } from '../support/sandboxes.ts';
import { type Bench, type Found, median, type Size, spread, timed } from './bench.ts';

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

async function run({ isSmoke }: Size): Promise<Found> {
  const offline = sandboxesWith([]);
  const online = sandboxesWith(['pypi.org']);
  const { signal } = new AbortController();
  const [without, within] = await Promise.all([
    offline.open('s_bench', signal),
    online.open('s_bench', signal),
  ]);
  const times = { bare: [] as number[], confined: [] as number[], network: [] as number[] };
  for (let round = 0; round < (isSmoke ? 3 : 60); round++) {
    times.bare.push(await timed(bare));
    times.confined.push(await timed(() => shell(without, COMMAND)));
    times.network.push(await timed(() => shell(within, COMMAND)));
  }
  await Promise.all([offline.stop(), online.stop()]);
  const base = median(times.bare);
  const row = (name: string, values: readonly number[]) => [
    name,
    spread(values, 'ms', 1),
    `${(median(values) - base).toFixed(1)} ms`,
    (median(values) / base).toFixed(1),
  ];
  return {
    columns: [`start of \`${COMMAND}\``, 'time', 'more than bare', 'ratio'],
    rows: [
      row('bare', times.bare),
      row('confined, no network', times.confined),
      row('confined, with the proxy', times.network),
    ],
    notes: [],
    faults: [],
  };
}

export const sandbox: Bench = {
  name: 'sandbox',
  measures:
    'What confinement costs: the start of a command in a sandbox beside the same command bare, in turns, so that whatever else the machine does falls on both.',
  run,
};
