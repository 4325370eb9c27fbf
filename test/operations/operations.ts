import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { startPostgres, startRedis } from '../support/services.ts';
import { undocumented } from './documented.ts';
import { type Shared, Site } from './site.ts';
import type { Situation } from './situation.ts';
import { SITUATIONS } from './situations.ts';

const HELP = `npm run operations                    real processes of the bot in every situation of test/operations/situations
npm run operations -- --only WORDS    those whose names contain WORDS
npm run operations -- --at-once N     N situations at once; twice the number of processors by default
`;

/** A situation that takes longer hangs. */
const LIMIT_MS = 900_000;

type Outcome = { situation: Situation; isPassed: boolean; seconds: number; note: string };

/** Ends with a table, the line `N passed, N failed`, and exit code 1 where something failed. */
async function operations(only: string, atOnce: number): Promise<boolean> {
  const chosen = SITUATIONS.filter(({ name }) => name.includes(only));
  if (chosen.length === 0) throw new Error(`no situation has "${only}" in its name`);
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const outcomes: Outcome[] = [];
  try {
    const waiting = [...chosen];
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const outcome = await meet(next, { postgres, redis });
          outcomes.push(outcome);
          process.stdout.write(`${line(outcome)}\n`);
        }
      }),
    );
  } finally {
    postgres.stop();
    redis.stop();
  }
  outcomes.push(checkDocumented());
  print(chosen, outcomes);
  return outcomes.every(({ isPassed }) => isPassed);
}

async function meet(situation: Situation, shared: Shared): Promise<Outcome> {
  const startedAt = performance.now();
  const site = await Site.open(shared);
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`it took longer than ${LIMIT_MS / 1000} s\n${site.describe()}`)),
    LIMIT_MS,
  );
  const ended = (isPassed: boolean, note: string): Outcome => ({
    situation,
    isPassed,
    seconds: (performance.now() - startedAt) / 1000,
    note,
  });
  try {
    const note = await Promise.race([situation.run(site), tooLong]);
    return ended(true, typeof note === 'string' ? note : '');
  } catch (error) {
    return ended(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    clearTimeout(timer);
    await site.close().catch((error: unknown) => process.stderr.write(`clearing away: ${error}\n`));
  }
}

/** What was printed meanwhile has to be found in docs/OPERATIONS.md. */
function checkDocumented(): Outcome {
  const missing = undocumented();
  return {
    situation: { name: 'every message that was printed stands in docs/OPERATIONS.md', run: async () => {} },
    isPassed: missing.length === 0,
    seconds: 0,
    note: missing.map((message) => `missing: ${message.slice(0, 300)}`).join('\n'),
  };
}

const line = ({ situation, isPassed, seconds, note }: Outcome) =>
  `${isPassed ? 'ok  ' : 'FAIL'} ${seconds.toFixed(1).padStart(5)} s  ${situation.name}${note && isPassed ? ` (${note})` : ''}`;

function print(chosen: readonly Situation[], outcomes: readonly Outcome[]): void {
  const failed = outcomes.filter(({ isPassed }) => !isPassed);
  const order = (outcome: Outcome) => {
    const at = chosen.indexOf(outcome.situation);
    return at === -1 ? chosen.length : at;
  };
  const sorted = [...outcomes].sort((a, b) => order(a) - order(b));
  process.stdout.write(`\n${sorted.map(line).join('\n')}\n`);
  for (const { situation, note } of failed) process.stdout.write(`\nFAIL ${situation.name}\n${note}\n`);
  process.stdout.write(`\n${outcomes.length - failed.length} passed, ${failed.length} failed\n`);
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, 'at-once': { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) process.stdout.write(HELP);
else {
  const atOnce = Number(values['at-once'] ?? 2 * availableParallelism());
  const isPassed = await operations(values.only ?? '', Math.max(1, atOnce));
  process.exit(isPassed ? 0 : 1);
}
