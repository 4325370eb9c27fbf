import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { Arguments } from '../../src/tools/hf-jobs/arguments.ts';
import { jobSpec } from '../../src/tools/hf-jobs/command.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { toolContext as context } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

let hub: HubDouble;
let home: string;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ml-intern-job-'));
  // A login shell reads it. What stands for uv prints its own arguments, then what it was given to run.
  writeFileSync(join(home, 'uv'), '#!/bin/sh\nprintf "%s|" "$@"; echo\nsha256sum\n', { mode: 0o755 });
  writeFileSync(join(home, '.profile'), `PATH=${home}:$PATH\n`);
  hub = await HubDouble.start();
  hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], runsIn: home });
});
afterEach(async () => {
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

/** Runs what a call of the tool asks for, as a process; resolves with how it ended and what it printed. */
async function ran(asked: object) {
  const args = Arguments.parse({ operation: 'run', ...asked });
  const jobs = createHubJobs(hub.url, hubToken('hf_token'));
  await jobs.run('ada', jobSpec(args, {}, 'call', 'session'), context.signal);
  const [job] = hub.jobs;
  await until('the job has ended', () => job?.ended !== undefined);
  return { ...job?.ended, lines: job?.course.lines };
}

const SCRIPT = 'print("it\'s a $HOME of `quotes` \\\\ and 🚀")\n';

test.each([
  ['a short script', SCRIPT],
  ['a script of 190,000 characters', `${SCRIPT}# ${'long '.repeat(38_000)}`],
  ['a script of 190,000 characters of three bytes', `${SCRIPT}# ${'長'.repeat(190_000)}`],
])('%s reaches uv byte for byte', async (_name, script) => {
  const { stage, lines } = await ran({ script, dependencies: ['trl>=0.20', 'x'] });
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(script));
  expect(lines).toEqual(['run|--with|trl>=0.20|--with|x|-|', `${Buffer.from(digest).toString('hex')}  -`]);
  expect(stage).toBe('COMPLETED');
});

test('words of a command, and variables, arrive as they were given', async () => {
  const words = ["it's", '$HOME', '"quoted"', 'a b', '`x`', '\\'];
  const command = ['/bin/sh', '-c', 'printf "%s|" "$@"; printf %s "$NOTE"', 'sh', ...words];
  const { lines } = await ran({ command, env: { NOTE: 'a "b" $c' } });
  expect(lines).toEqual([`${words.join('|')}|a "b" $c`]);
});

test('what is longer than Linux takes is told of before', () => {
  const long = 'x'.repeat(131_072);
  for (const asked of [{ command: ['echo', long] }, { command: ['env'], env: { NOTE: long } }]) {
    const parsed = Arguments.safeParse({ operation: 'run', ...asked });
    expect(parsed.error?.message).toContain('longer than Linux takes');
  }
});
