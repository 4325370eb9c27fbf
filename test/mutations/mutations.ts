import { spawn } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';
import { MUTATIONS } from './list.ts';
import { type Mutation, mutated } from './mutation.ts';

/*
 * npm run mutations: whether the tests that docs/SECURITY.md names fail without what they hold. Each guard is
 * switched off in a copy of the project, one at a time, and its test is run there: once as it is, to see it
 * pass, and once without the guard, to see it fail. `-- WORDS` tries those that have the words in their
 * threat, file or test.
 */

const COPIED = ['src', 'adapters', 'test', 'configs', 'docs', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'Procfile', 'biome.json'];
const VITEST = ['vitest.config.ts', 'vitest.soak.config.ts'];

/** A guard against what never ends may leave its test without an end. */
const LONGEST_MS = 10 * 60_000;

type Outcome = 'passed' | 'failed' | 'did not end' | 'did not run';

const Report = z.object({ numFailedTests: z.number(), numPassedTests: z.number() });

async function copied(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'mutations-'));
  for (const name of [...COPIED, ...SETTINGS, ...VITEST]) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
  }
  await chmod(copy, 0o755); // some tests run programs of it as somebody else
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Runs the tests that a mutation names; they are tried until the first one fails. */
async function run(copy: string, { test, title }: Mutation): Promise<Outcome> {
  const report = join(copy, 'report.json');
  await rm(report, { force: true });
  const config = test.startsWith('soak/') ? 'vitest.soak.config.ts' : 'vitest.config.ts';
  const pattern = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%s', '.*');
  const options = ['--config', config, '--bail', '1', '-t', pattern, '--reporter', 'json'];
  const args = ['run', `test/${test}.test.ts`, ...options, '--outputFile', report];
  const child = spawn(join(copy, 'node_modules/.bin/vitest'), args, {
    cwd: copy,
    stdio: 'ignore',
    detached: true,
  });
  const isOver = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => isOver.resolve(false), LONGEST_MS);
  child.once('exit', () => isOver.resolve(true));
  child.once('error', isOver.reject);
  const hasEnded = await isOver.promise;
  clearTimeout(timer);
  if (!hasEnded) {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL'); // with the processes of the tests
    return 'did not end';
  }
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return 'did not run';
  const { numFailedTests, numPassedTests } = Report.parse(JSON.parse(text));
  if (numFailedTests > 0) return 'failed';
  return numPassedTests > 0 ? 'passed' : 'did not run';
}

/** The same with the guard switched off, which is switched on again afterwards. */
async function runWithout(copy: string, mutation: Mutation): Promise<Outcome> {
  const path = join(copy, mutation.file);
  const source = await readFile(path, 'utf8');
  const applied = mutated(source, mutation);
  if (!applied.ok) throw new Error(applied.reason);
  await writeFile(path, applied.text);
  try {
    return await run(copy, mutation);
  } finally {
    await writeFile(path, source);
  }
}

const words = process.argv.slice(2).join(' ');
const chosen = MUTATIONS.filter((mutation) =>
  [mutation.threat, mutation.file, mutation.test].some((text) => text.includes(words)),
);
const copy = await copied();
const asItIs = new Map<string, Outcome>();
let caught = 0;
try {
  for (const mutation of chosen) {
    const { threat, file, test, title } = mutation;
    const key = `${test}: ${title}`;
    const before = asItIs.get(key) ?? (await run(copy, mutation));
    asItIs.set(key, before);
    const without = before === 'passed' ? await runWithout(copy, mutation) : undefined;
    const isCaught = without === 'failed' || without === 'did not end';
    if (isCaught) caught++;
    const said = isCaught ? 'caught' : 'NOT CAUGHT';
    const why =
      without === undefined ? `with its guard the test ${before}` : `without it the test ${without}`;
    console.log(`${said}: ${threat} | ${file} | ${key} (${why})`);
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
console.log(`${caught} of ${chosen.length} caught`);
process.exitCode = caught === chosen.length && chosen.length > 0 ? 0 : 1;
