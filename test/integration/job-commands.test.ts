import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applied } from '../../src/approvals/call-edits.ts';
import { createDashboards } from '../../src/hub/dashboards.ts';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { createJobArtifacts } from '../../src/hub/job-artifacts.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import { type ToolCall, withInlined } from '../../src/session/tool-calls.ts';
import { Arguments } from '../../src/tools/hf-jobs/arguments.ts';
import { hfJobsTool } from '../../src/tools/hf-jobs/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import type { Fetcher } from '../../src/web/fetcher.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { hasBubblewrap } from '../support/sandboxes.ts';
import { toolContext as context } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

let hub: HubDouble;
let home: string;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ml-intern-job-'));
  // A login shell reads it. What stands for uv prints its own arguments, then what it was given to run.
  writeFileSync(
    join(home, 'uv'),
    '#!/bin/sh\nprintf "%s|" "$@"; echo\nfor last; do :; done\nsha256sum "$last"\n',
    { mode: 0o755 },
  );
  writeFileSync(join(home, '.profile'), `PATH=${home}:$PATH\n`);
  hub = await HubDouble.start();
  hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], runsIn: home });
});
afterEach(async () => {
  await hub.close();
  rmSync(home, { recursive: true, force: true });
});

/**
 * Proposes a call, approves what people are asked, and runs it as a process; resolves with how that ended and
 * what it printed.
 */
async function ran(asked: object, among: Tool = toolFor()) {
  const text = JSON.stringify({ operation: 'run', ...asked });
  const proposed = among.prepare(text);
  if (!proposed.ok) throw new Error(proposed.error);
  const approved = await proposed.call.approval(context);
  const call = among.prepare(withInlined(text, approved?.inlined ?? {}));
  if (!call.ok) throw new Error(call.error);
  const result = await call.call.run({ ...context, approved });
  const job = hub.jobs.at(-1);
  if (result.kind === 'waiting') await until('the job has ended', () => job?.ended !== undefined);
  return { ...job?.ended, lines: job?.course.lines, approved, result, job };
}

const toolFor = (fetcher: unknown = undefined) =>
  hfJobsTool({
    clock: systemClock,
    jobs: createHubJobs(hub.url, TOKEN),
    hardware: createHardwareList(hub.url, systemClock.monotonic),
    dashboards: createDashboards(hub.url, TOKEN),
    artifacts: createJobArtifacts(hub.url, TOKEN, systemClock),
    token: TOKEN,
    secrets: {},
    namespace: undefined,
    cpuNeedsApproval: true,
    ownership: { of: async (_id, all) => all.map(() => 'here' as const) },
    sharesOthers: true,
    apart: parseApart,
    sandboxes: undefined,
    fetcher: fetcher as Fetcher,
  });

const TOKEN = hubToken('hf_token');
const SCRIPT = 'print("it\'s a $HOME of `quotes` \\\\ and 🚀")\n';
const LONG = `${SCRIPT}# ${'long '.repeat(38_000)}`;

test.each([
  ['a short script', SCRIPT],
  ['the longest script that fits into an argument', `#${'x'.repeat(97_900)}`],
])('%s reaches uv byte for byte, in the command', async (_name, script) => {
  const { stage, lines, job } = await ran({ script, dependencies: ['trl>=0.20', 'x'] });
  expect(lines).toEqual(['run|--with|trl>=0.20|--with|x|-|', `${sha256Of(script)}  -`]);
  expect(stage).toBe('COMPLETED');
  expect(job?.spec.volumes).toBeUndefined();
});

describe.skipIf(!hasBubblewrap)('a script that is too long for a command', () => {
  test.each([
    ['of 98,100 bytes', `#${'x'.repeat(98_100)}`],
    ['of 190,000 characters', LONG],
    ['of 190,000 characters of three bytes', `${SCRIPT}# ${'長'.repeat(190_000)}`],
  ])('%s is put into a private bucket, and reaches uv byte for byte', async (_name, script) => {
    const { stage, lines, job, approved } = await ran({ script, dependencies: ['x'] });
    const hash = sha256Of(script);
    expect(lines?.[0]).toMatch(/^run\|--with\|x\|\S+\/script\.py\|$/);
    expect(lines?.[1]).toContain(hash);
    expect(stage).toBe('COMPLETED');
    const bucket = hub.repos.find('bucket', 'ada/jobs-artifacts');
    expect(bucket?.visibility).toBe('private');
    expect([...(bucket?.files.keys() ?? [])]).toEqual([`ml-intern-s1-c1/${hash}.py`]);
    expect(job?.spec.volumes).toEqual([
      {
        type: 'bucket',
        source: 'ada/jobs-artifacts',
        mountPath: '/ml-intern-script',
        path: 'ml-intern-s1-c1',
        readOnly: true,
      },
    ]);
    const kept = approved?.facts.find(({ label }) => label === 'Script kept in');
    expect(kept?.value).toContain('ada/jobs-artifacts, a private bucket');
  });

  test('does not run where the file is another by then', async () => {
    hub.course = () => {
      const bucket = hub.repos.find('bucket', 'ada/jobs-artifacts');
      for (const name of bucket?.files.keys() ?? []) bucket?.files.set(name, Buffer.from('import evil'));
      return { queueMs: 0, runMs: 0, lines: [], runsIn: home };
    };
    const { stage, lines } = await ran({ script: LONG });
    expect(stage).toBe('ERROR');
    expect(lines?.join('\n')).toContain('its hash is another. Nothing was run');
  });

  test('of a shell runs in it', async () => {
    const { stage, lines } = await ran({
      script: `#!/bin/bash\nprintf '%s\\n' "\${BASH##*/}"\n#${'x'.repeat(120_000)}`,
    });
    expect(lines).toEqual(['bash']);
    expect(stage).toBe('COMPLETED');
  });
});

test('a public bucket is refused before anything is sent to it', async () => {
  hub.repos.add('bucket', 'ada/jobs-artifacts').visibility = 'public';
  const { result, job } = await ran({ script: LONG });
  expect(result).toMatchObject({ kind: 'failed', output: expect.stringContaining('is public') });
  expect(job).toBeUndefined();
  expect(hub.repos.find('bucket', 'ada/jobs-artifacts')?.files.size).toBe(0);
});

test('what the bucket does not take is not run', async () => {
  hub.faults.push({ path: /jobs-artifacts\/batch$/, status: 403 });
  const { result, job } = await ran({ script: LONG });
  expect(result).toMatchObject({ kind: 'failed', output: expect.stringContaining('could not be put into') });
  expect(job).toBeUndefined();
});

test('the card names the bucket of the account that people choose', async () => {
  hub.orgs = ['team'];
  const proposed = toolFor().prepare(JSON.stringify({ operation: 'run', script: LONG }));
  if (!proposed.ok) throw new Error(proposed.error);
  const request = await proposed.call.approval(context);
  if (request === undefined) throw new Error('nobody is asked');
  const text = JSON.stringify({ operation: 'run', script: LONG });
  const call = { arguments: text, state: { kind: 'awaiting_approval', request } } as unknown as ToolCall;
  const changed = applied(call, request, { namespace: 'team' }, context.redaction);
  if (typeof changed === 'string') throw new Error(changed);
  expect(changed.request.facts.find(({ label }) => label === 'Account')?.value).toBe('team');
  const kept = changed.request.facts.find(({ label }) => label === 'Script kept in');
  expect(kept?.value).toContain('team/jobs-artifacts');
});

test('files of ended jobs are taken out in time, and what a schedule needs stays', async () => {
  const bucket = Object.assign(hub.repos.add('bucket', 'ada/jobs-artifacts'), {
    files: new Map(
      ['ml-intern-a-1/x.py', 'ml-intern-b-1/x.py', 'theirs/x.py'].map((path) => [path, Buffer.from('1')]),
    ),
  });
  const spec = {
    flavor: 'cpu-basic',
    volumes: [{ type: 'bucket', source: bucket.id, mountPath: '/x', path: 'ml-intern-b-1' }],
  };
  hub.scheduled.push({
    id: 's',
    namespace: 'ada',
    schedule: '@daily',
    suspend: true,
    concurrency: false,
    createdAt: new Date().toISOString(),
    jobSpec: spec,
  });
  const later = { now: () => new Date(Date.now() + 50 * 86_400_000) };
  const keep = (clock: Pick<Clock, 'now'>) =>
    createJobArtifacts(hub.url, TOKEN, clock).keep(
      'ada',
      { folder: 'ml-intern-c-1', name: 'y.py', bytes: Buffer.from('2') },
      context.signal,
    );
  await keep(systemClock);
  expect(bucket.files.size).toBe(4);
  expect(await keep(later)).toEqual({ ok: true });
  expect([...bucket.files.keys()]).toEqual(['ml-intern-b-1/x.py', 'theirs/x.py']);
});

describe('what a script is', () => {
  const notebook = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const web = (text: string) => ({
    text: async ({ url }: { url: string }) => ({ ok: true, text, contentType: 'text/plain', url }),
  });

  test.each([
    ['a .sh file', 'https://example.org/run.sh', 'printf "%s\\n" "${BASH##*/}"\n', ['bash']],
    ['a .sh file that names its shell', 'https://example.org/run.sh?x=1', '#!/bin/sh -e\necho $-\n', ['e']],
    ['a script with a shell in its first line', '#!/usr/bin/env bash\necho "${BASH##*/}"\n', '', ['bash']],
  ])('%s runs in a shell', async (_name, script, text, expected) => {
    const { lines, stage, approved } = await ran({ script }, toolFor(web(text)));
    expect([stage, lines]).toEqual(['COMPLETED', expected]);
    expect(approved?.preview?.language).toBe('sh');
  });

  test.each([
    ['a .ipynb file', 'https://example.org/a.ipynb', notebook],
    ['the text of a notebook', notebook, ''],
  ])('%s runs as a notebook', async (_name, script, text) => {
    const { lines, approved } = await ran({ script, dependencies: ['trl'] }, toolFor(web(text)));
    expect(lines?.[0]).toMatch(
      /^run\|--with\|ipython\|--with\|nbformat\|--with\|pip\|--with\|trl\|python\|-c\|import sys/,
    );
    expect(lines?.at(-1)).toContain(sha256Of(notebook));
    expect(approved?.preview?.language).toBe('json');
  });

  test.each(['http://example.org/train.py', 'hf://datasets/ada/x/train.py', 'ftp://example.org/x'])(
    '%s is never sent as source',
    async (script) => {
      await expect(ran({ script })).rejects.toThrow('not https');
      expect(hub.jobs).toEqual([]);
    },
  );

  test.each(['./мой скрипт.py', 'train (1).py', 'jobs/train@v2.IPYNB', 'python train.py'])(
    '%s is looked up as a file, and never sent as source',
    async (script) => {
      await expect(ran({ script })).rejects.toThrow('no sandbox');
      expect(hub.jobs).toEqual([]);
    },
  );
});

test('what is known to be wrong is said before people are asked', async () => {
  await expect(ran({ command: ['x'], hardware_flavor: 'h100' })).rejects.toThrow(
    'There is no hardware "h100"',
  );
  await expect(ran({ command: ['x'], secrets: ['WANDB_API_KEY'] })).rejects.toThrow(
    'no secret "WANDB_API_KEY"',
  );
  await expect(ran({ command: ['x'], env: { 'A-B': '1' } })).rejects.toThrow('env');
  expect(hub.jobs).toEqual([]);
});

test('time-outs in seconds, markers of requirements, and the token by its name are taken', async () => {
  const { job, lines } = await ran({
    script: SCRIPT,
    timeout: 3600,
    dependencies: ["torch>=2; sys_platform=='linux'", 'x[a,b]>=1 ; (python_version < "3.13")'],
    secrets: ['HF_TOKEN'],
  });
  expect(job?.spec).toMatchObject({ timeoutSeconds: 3600, secrets: { HF_TOKEN: 'hf_token' } });
  expect(lines?.[0]).toBe(
    'run|--with|torch>=2; sys_platform==\'linux\'|--with|x[a,b]>=1 ; (python_version < "3.13")|-|',
  );
});

const WORDS = ["it's", '$HOME', '"quoted"', 'a b', '`x`', '\\', '', '--lr=2e-5', '-', 'two\nlines', '長'];

test('arguments of a script, and its Python, arrive as they were given', async () => {
  const { lines, approved } = await ran({ script: SCRIPT, python: '3.11', script_args: ['--x', "a'b c"] });
  expect(lines?.[0]).toBe("run|--python|3.11|-|--x|a'b c|");
  const fact = (label: string) => approved?.facts.find((one) => one.label === label)?.value;
  expect(fact('Python')).toBe('3.11');
  expect(fact('Arguments')).toBe("--x 'a'\\''b c'");
});

async function hasEveryArgument(script: string): Promise<void> {
  const { lines } = await ran({ script, script_args: WORDS });
  expect(lines?.join('\n')).toBe(`${WORDS.join('|')}|`);
}

test('a short script of a shell has every argument to the byte', () =>
  hasEveryArgument('#!/bin/sh\nprintf "%s|" "$@"\n'));

// It is unpacked where the job runs, which bubblewrap makes here.
test.skipIf(!hasBubblewrap)('a long script of a shell has every argument to the byte', () =>
  hasEveryArgument(`#!/bin/sh\nprintf "%s|" "$@"\n#${'x'.repeat(120_000)}`),
);

test('arguments of a notebook stand behind its file, and what goes with a script goes with none else', async () => {
  const notebook = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });
  const { approved, job } = await ran({ script: notebook, python: '3.12', script_args: ['--x', '1'] });
  expect(job?.spec.command?.at(-1)).toMatch(/uv run --python 3\.12 --with ipython .* "\$d\/script" --x 1$/);
  expect(approved?.facts).toContainEqual({ label: 'Arguments', value: '--x 1' });
  await expect(ran({ command: ['x'], script_args: ['y'] })).rejects.toThrow('script_args goes with script');
  await expect(ran({ command: ['x'], python: '3.12' })).rejects.toThrow('python goes with script');
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
