import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../support/root.ts';
import { ALLOWED } from './allowed.ts';
import { checkExchange, checkFrame, checkManifest, checksOf, emptyTally, type Tally } from './check.ts';
import { Findings } from './findings.ts';
import { recorded } from './recorded.ts';
import { RARE, ROUTES } from './routes.ts';
import { type Found, specifications } from './specifications.ts';

/*
 * Holds the traffic of the tests, between the bot and the doubles, against the platforms' own definitions:
 * `npm run conformance:wire`. With `-- FOLDER` what was recorded there before is checked again.
 */

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Runs the tests with their traffic recorded into a folder. False where one fails. */
function record(folder: string): boolean {
  // Recorded payloads go alone: Slack waits three seconds for what it delivers, however busy a machine is.
  const parts = [['test/e2e', 'test/integration', 'test/soak'], ['test/conformance']];
  return parts.map((places) => isPassed(places, folder)).every(Boolean);
}

function isPassed(places: readonly string[], folder: string): boolean {
  const vitest = join(createRequire(import.meta.url).resolve('vitest/package.json'), '../vitest.mjs');
  const hook = join(import.meta.dirname, 'record.ts');
  const words = ['run', '--config', 'vitest.wire.config.ts', ...places];
  const { status } = spawnSync(process.execPath, [vitest, ...words], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, NODE_OPTIONS: `--import=${hook}`, WIRE_RECORD: folder },
  });
  return status === 0;
}

/** What was found in a record; true where that is nothing. */
function check(folder: string, { file }: Extract<Found, { ok: true }>): boolean {
  const checks = checksOf(file);
  const findings = new Findings(ALLOWED);
  const tally = emptyTally();
  for (const line of recorded(folder)) {
    if (line.kind === 'http') checkExchange(checks, line, findings, tally);
    else checkFrame(checks, line, findings, tally);
  }
  checkManifest(file('slack-manifest.schema.json'), findings);
  const unreached = ROUTES.filter((route) => !tally.routes.has(route));
  const known = [...ROUTES, ...RARE];
  const unlisted = [...tally.routes].filter((route) => !known.includes(route));
  for (const { where, what, count, during } of findings.all) {
    say(`${where}: ${what} (${count} times, e.g. in ${[...during].join(', ')})`);
  }
  for (const route of unreached) say(`no test reaches ${route}`);
  for (const route of RARE.filter((one) => !tally.routes.has(one)))
    say(`not reached, which is rare: ${route}`);
  for (const route of unlisted) say(`routes.ts has no ${route}, which the product uses`);
  for (const { where, what } of findings.idle) say(`allowed.ts allows what is not there: ${where}: ${what}`);
  say(`${checks.payloads.length} recorded payloads of Slack’s go through both receivers: payloads.test.ts`);
  say(figures(tally, findings, unreached.length));
  return findings.all.length + unreached.length + unlisted.length + findings.idle.length === 0;
}

function figures(tally: Tally, findings: Findings, unreached: number): string {
  const others = [...tally.others].map(([first, count]) => `/${first} ${count}`).sort();
  return [
    `${tally.calls} calls, ${tally.answers} answers, ${tally.payloads} payloads over sockets and request URLs`,
    `${tally.routes.size} routes reached, ${unreached} not reached`,
    `${findings.allowedCount} allowed for by ${ALLOWED.length} entries of allowed.ts`,
    `outside of every specification: ${others.join(', ')}`,
    `${findings.all.length} findings`,
  ].join('\n');
}

function main(): number {
  const found = specifications();
  if (!found.ok) {
    say(`SKIPPED: 1 check, for there are no specifications. Looked at: ${found.looked.join(', ')}`);
    return process.env.CI === 'true' || process.env.SPECS ? 1 : 0;
  }
  const [given] = process.argv.slice(2);
  if (given !== undefined) return check(given, found) ? 0 : 1;
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-wire-'));
  try {
    const arePassed = record(folder);
    if (!arePassed) say('tests failed: what they sent is checked nevertheless');
    return check(folder, found) && arePassed ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
