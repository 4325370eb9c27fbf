import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Bench, Found } from './bench.ts';
import { BENCHES } from './benches.ts';
import { printed, writeDocumentation } from './report.ts';

const HELP = `npm run bench                   all benchmarks, whose results go to docs/BENCHMARKS.md
npm run bench -- NAME…          those alone: ${BENCHES.map(({ name }) => name).join(', ')}
npm run bench -- --smoke        all of them in a size of seconds, which shows that they run; writes nothing
`;

/**
 * Runs a benchmark in a process of its own, so that none is measured with what another has left; undefined
 * where it fails to run.
 */
async function inItsProcess({ name }: Bench, isSmoke: boolean): Promise<Found | undefined> {
  const child = fork(import.meta.filename, ['--child', ...(isSmoke ? ['--smoke'] : []), name], {
    execArgv: process.execArgv,
  });
  let found: Found | undefined;
  child.on('message', (message) => {
    found = message as Found;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return code === 0 ? found : undefined;
}

/** In the process of one benchmark: runs it, and hands over what it has found. */
async function runHere({ run }: Bench, isSmoke: boolean): Promise<void> {
  const found = await run({ isSmoke });
  process.send?.(found, () => process.exit(0));
}

async function runAll(chosen: readonly Bench[], isSmoke: boolean): Promise<void> {
  const results = new Map<Bench, Found>();
  const failed: string[] = [];
  for (const bench of chosen) {
    process.stdout.write(`\n== ${bench.name}\n`);
    const found = await inItsProcess(bench, isSmoke);
    if (found === undefined) failed.push(`${bench.name} did not run`);
    else {
      results.set(bench, found);
      process.stdout.write(printed(found));
      failed.push(...found.faults.map((fault) => `${bench.name}: ${fault}`));
    }
  }
  if (!isSmoke) await writeDocumentation(results);
  process.stdout.write(failed.length > 0 ? `\n${failed.join('\n')}\n` : '\nall ran\n');
  process.exit(failed.length > 0 ? 1 : 0);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean' }, help: { type: 'boolean' }, child: { type: 'boolean' } },
});
const chosen = BENCHES.filter(({ name, isLong }) =>
  positionals.length === 0 ? isLong === undefined : positionals.includes(name),
);
const unknown = positionals.filter((name) => !BENCHES.some((bench) => bench.name === name));
const isSmoke = values.smoke ?? false;
if (values.help || unknown.length > 0) {
  process.stdout.write(HELP);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else if (values.child) for (const bench of chosen) await runHere(bench, isSmoke);
else await runAll(chosen, isSmoke);
