import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPlaces } from '../../src/lib/places.ts';
import type { Sandboxes } from '../../src/sandbox/sandbox.ts';
import { bashTool } from '../../src/tools/sandbox/bash.ts';
import { freePort } from '../support/free-port.ts';
import { parseApart } from '../support/parse-apart.ts';
import { plainSandbox } from '../support/plain-sandbox.ts';
import { ROOT } from '../support/root.ts';
import { toolContext } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ml-intern-bash-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What `every` was given, to be called as time passes. */
let ticks: (() => void)[] = [];
let passedMs = 0;
const clock = {
  monotonic: () => passedMs,
  every: (_ms: number, work: () => void) => {
    ticks.push(work);
    return () => {
      ticks = ticks.filter((one) => one !== work);
    };
  },
};

const sandboxes = {
  open: async () => plainSandbox(() => folder),
  rules: '',
} as unknown as Sandboxes;
const tool = bashTool(sandboxes, parseApart, { maxSeconds: 7_200, callSeconds: 600, clock });

async function bash(args: object, more: Partial<typeof toolContext> = {}): Promise<string> {
  const call = tool.prepare(JSON.stringify(args));
  if (!call.ok) throw new Error(call.error);
  const result = await call.call.run({ ...toolContext, ...more });
  return 'output' in result ? `${result.kind}: ${result.output}` : result.kind;
}

describe('the folder of a command', () => {
  test.each(['src', './src', 'src/', '-', "it's a $HOME", 'src/../src'])(
    '%s is where it begins',
    async (name) => {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'here.txt'), 'x');
      expect(await bash({ command: 'ls; exit 0', work_dir: name })).toBe('done: here.txt\nexit code 0');
    },
  );

  test('keeps how a command ends, of several lines, too', async () => {
    mkdirSync(join(folder, 'src'));
    expect(await bash({ command: 'echo a\nfalse', work_dir: 'src' })).toBe('failed: a\nexit code 1');
  });

  test('that is missing is said with what is there instead, and nothing is run', async () => {
    mkdirSync(join(folder, 'projects/llama'), { recursive: true });
    const said = await bash({ command: 'touch ran', work_dir: 'projects/lama/src' });
    expect(said).toBe(
      'failed: There is no folder projects/lama/src. Nothing was run. In /work/projects there is: llama/.',
    );
    writeFileSync(join(folder, 'a.txt'), 'x');
    expect(await bash({ command: 'touch ran', work_dir: 'a.txt' })).toContain('is a file, not a folder');
    expect(await bash({ command: 'ls' })).not.toContain('ran');
  });
});

describe('how long a command may run', () => {
  test('is said while it runs, and what ends it is the limit that it was given', async () => {
    const notes: string[] = [];
    const stop = new AbortController();
    const signal = AbortSignal.any([toolContext.signal, stop.signal]);
    const running = bash(
      { command: 'sleep 600', timeout_seconds: 7_200 },
      { signal, note: (text) => notes.push(text) },
    );
    await until('it runs', () => ticks.length > 0);
    passedMs = 125_000;
    for (const tick of ticks) tick();
    expect(notes).toEqual(['runs for 2 min 5 s, at most 2 h']);
    stop.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    expect(ticks).toEqual([]); // nothing is said of it any more
  });

  test('is as long as the deployment says, and the call has room for that', () => {
    expect(tool.description).toContain('120 unless you say more, 7200 at most');
    const call = tool.prepare(JSON.stringify({ command: 'x', timeout_seconds: 7_200 }));
    expect(call.ok && call.call.timeoutMs).toBe((7_200 + 600) * 1_000);
    expect(tool.prepare(JSON.stringify({ command: 'x', timeout_seconds: 90_000 })).ok).toBe(false);
  });
});

describe('a command where as many run as there is room for', () => {
  const full = bashTool({ ...sandboxes, places: createPlaces(1) }, parseApart, {
    ...{ maxSeconds: 7_200, callSeconds: 600 },
    clock,
  });
  const run = (command: string, more: Partial<typeof toolContext>) => {
    const call = full.prepare(JSON.stringify({ command }));
    if (!call.ok) throw new Error(call.error);
    return call.call.run({ ...toolContext, ...more });
  };

  test('waits for its turn, and people are told', async () => {
    const notes: string[] = [];
    const first = run('until [ -e go ]; do sleep 0.02; done', {});
    await until('it runs', () => ticks.length > 0);
    const second = run('touch ran', { note: (text) => notes.push(text) });
    await until('it waits', () => notes.length > 0);
    expect(notes).toEqual(['waits for its turn: other commands run']);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    writeFileSync(join(folder, 'go'), '');
    expect(await first).toMatchObject({ kind: 'done' });
    expect(await second).toMatchObject({ kind: 'done' });
    expect(notes.at(-1)).toBe('runs');
    expect(existsSync(join(folder, 'ran'))).toBe(true);
  });

  test('is not run where it is stopped before', async () => {
    const notes: string[] = [];
    const first = run('until [ -e go ]; do sleep 0.02; done', {});
    await until('it runs', () => ticks.length > 0);
    const stop = new AbortController();
    const signal = AbortSignal.any([toolContext.signal, stop.signal]);
    const second = run('touch ran', { signal, note: (text) => notes.push(text) });
    await until('it waits', () => notes.length > 0);
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    writeFileSync(join(folder, 'go'), '');
    expect(await first).toMatchObject({ kind: 'done' });
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });
});

test('the server of a Space gives signs of life while a command says nothing', async () => {
  const port = await freePort();
  const server = spawn(process.execPath, [join(ROOT, 'src/sandbox/space-server/server.mjs')], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      SANDBOX_TOKEN: 't',
      SANDBOX_FOLDER: folder,
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_ALIVE_MS: '20',
    },
  });
  try {
    const ask = (path: string, body?: object) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { 'x-sandbox-token': 't' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    await until('it is up', () =>
      ask('/health').then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    const argv = ['bash', '-c', 'while [ ! -e go ]; do sleep 0.05; done; echo over'];
    const response = await ask('/exec', { argv, timeoutMs: 60_000 });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) throw new Error('it answers nothing');
    let text = '';
    while (!/^\n{3}/.test(text)) text += (await reader.read()).value ?? '';
    writeFileSync(join(folder, 'go'), '');
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    expect(
      text
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([{ o: Buffer.from('over\n').toString('base64') }, { end: { kind: 'exited', code: 0 } }]);
  } finally {
    server.kill();
  }
});
