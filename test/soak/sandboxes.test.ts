import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRepoWrites } from '../../src/hub/repo-writes.ts';
import { hubToken } from '../../src/hub/token.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { readFile, writeFile } from '../../src/sandbox/files.ts';
import { openLargeFile } from '../../src/sandbox/large-file.ts';
import { type Sandboxes, SandboxUnavailable } from '../../src/sandbox/sandbox.ts';
import { createSpaceSandboxes, type SpaceSandboxes } from '../../src/sandbox/space.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { faster, hastyClock } from '../support/clocks.ts';
import { hasBubblewrap, localSandboxes, shell } from '../support/sandboxes.ts';
import { until } from '../support/until.ts';

const { signal } = new AbortController();
const TOKEN = 'hf_tokenofthebot0123456789';

let hub: HubDouble;
beforeAll(async () => {
  hub = await HubDouble.start();
});
afterAll(() => hub.close());

const spaces = (token = TOKEN, clock: Clock = hastyClock(50)): SpaceSandboxes =>
  createSpaceSandboxes({
    hubUrl: hub.url,
    token: hubToken(token),
    namespace: async () => 'ada',
    installation: async () => 'here',
    idleSeconds: 1_800,
    clock,
  });

const KINDS: readonly (readonly [string, boolean, () => Sandboxes])[] = [
  ['local', hasBubblewrap, () => localSandboxes()],
  ['space', true, () => spaces()],
];

/** What every sandbox promises, whatever it is made of. */
describe.each(KINDS)('a sandbox, %s', (name, isThere, make) => {
  let all: Sandboxes;
  beforeAll(() => {
    all = make();
  });
  afterAll(async () => {
    await all.stop();
  });
  const open = () => all.open(`s_contract${name}`, signal);

  test.skipIf(!isThere)('runs commands, streams what they print, and tells how they ended', async () => {
    const sandbox = await open();
    const seen: string[] = [];
    const end = await sandbox.run(['bash', '-c', 'echo one; sleep 0.3; echo two >&2; exit 3'], {
      timeoutMs: 10_000,
      signal,
      onOutput: (chunk) => void seen.push(Buffer.from(chunk).toString()),
    });
    expect(end).toEqual({ kind: 'exited', code: 3 });
    expect(seen).toEqual(['one\n', 'two\n']);
    expect((await shell(sandbox, 'pwd; cat')).text).toMatch(/work$/);
  });

  test.skipIf(!isThere)(
    'gives the command its standard input, and only standard output where that is asked',
    async () => {
      const sandbox = await open();
      const bytes = Buffer.from([0, 255, 10, 13, 195, 40]);
      const chunks: Uint8Array[] = [];
      await sandbox.run(['sh', '-c', 'echo noise >&2; cat'], {
        timeoutMs: 10_000,
        signal,
        stdin: bytes,
        isOnlyStdout: true,
        onOutput: (chunk) => void chunks.push(chunk),
      });
      expect(Buffer.concat(chunks)).toEqual(bytes);
    },
  );

  test.skipIf(!isThere)('keeps files between commands, of any name and any bytes', async () => {
    const sandbox = await open();
    const all256 = Buffer.from(Array.from({ length: 256 }, (_, i) => (i * 7) % 256));
    const bytes = Buffer.alloc(3_000_000, all256);
    await writeFile(sandbox, 'deep/er/ünï – code.bin', bytes, signal);
    const read = await readFile(sandbox, 'deep/er/ünï – code.bin', 10_000_000, signal);
    // Compared at once: for as long as it takes one by one, no connection is looked after.
    expect(read.kind === 'file' && read.bytes.equals(bytes)).toBe(true);
    expect(await readFile(sandbox, 'deep/er/ünï – code.bin', 1_000, signal)).toEqual({
      kind: 'too_large',
      bytes: 3_000_000,
    });
    expect(await readFile(sandbox, 'deep', 1_000, signal)).toEqual({ kind: 'directory', entries: ['er/'] });
    expect(await readFile(sandbox, 'nothing', 1_000, signal)).toEqual({ kind: 'missing' });
    await expect(writeFile(sandbox, 'deep', Buffer.from('x'), signal)).rejects.toThrow('is a directory');
  });

  test.skipIf(!isThere)(
    'sends a large file on piece by piece, and only as it was looked through',
    async () => {
      const sandbox = await open();
      await shell(sandbox, "seq 2500000 > 'large file.bin' && printf 'the end' >> 'large file.bin'");
      const { text } = await shell(sandbox, "sha256sum < 'large file.bin'; stat -c %s 'large file.bin'");
      const [sha256 = '', size = ''] = text.split(/\s+-?\s*/);
      const large = await openLargeFile(sandbox, 'large file.bin', 1e9, signal);
      if (!large.ok) throw new Error(large.reason);
      expect(large.sha256).toBe(sha256);
      expect(large.content.size).toBe(Number(size));
      expect(await large.content.slice(-7 + large.content.size).text()).toBe('the end');
      const acrossPieces = await large.content.slice(7_999_990, 8_000_010).slice(5, 15).text();
      expect(acrossPieces).toBe(
        (await shell(sandbox, "tail -c +7999996 'large file.bin' | head -c 10")).text,
      );

      hub.repos.add('model', `ada/large-${name}`);
      const at = { kind: 'model', id: `ada/large-${name}` } as const;
      const writes = createRepoWrites(hub.url, hubToken(TOKEN));
      const how = { asPullRequest: false, message: 'weights' };
      const file = { path: 'weights.bin', content: large.content };
      expect(await writes.upload(at, [file], how, signal)).toMatchObject({ ok: true });
      const kept = hub.repos.find('model', at.id)?.files.get('weights.bin');
      expect(
        createHash('sha256')
          .update(kept ?? '')
          .digest('hex'),
      ).toBe(sha256);

      await shell(sandbox, "printf X | dd of='large file.bin' bs=1 seek=9000000 conv=notrunc");
      expect(await writes.upload(at, [{ ...file, path: 'other.bin' }], how, signal)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('has changed while it was read'),
      });
      expect(await openLargeFile(sandbox, 'large file.bin', 1_000, signal)).toMatchObject({ ok: false });
      expect(await openLargeFile(sandbox, 'nothing', 1_000, signal)).toMatchObject({ ok: false });
    },
  );

  test.skipIf(!isThere)(
    'ends a command that takes too long, and one that is broken off, within a second',
    async () => {
      const sandbox = await open();
      expect((await shell(sandbox, 'sleep 60', { timeoutMs: 500 })).end).toEqual({ kind: 'timed_out' });
      const stop = new AbortController();
      const running = shell(sandbox, 'echo $$ > pid; sleep 61.5', { signal: stop.signal });
      await until('it runs', async () => (await readFile(sandbox, 'pid', 100, signal)).kind === 'file');
      const began = performance.now();
      stop.abort(new Error('broken off'));
      await expect(running).rejects.toThrow('broken off');
      expect(performance.now() - began).toBeLessThan(3_000);
      await until('its processes are gone', async () => {
        const { text } = await shell(sandbox, "pgrep -f 'sleep 61[.]5' | wc -l");
        return text === '0';
      });
    },
  );

  test.skipIf(!isThere)('runs commands in the background, shows what they print, and ends them', async () => {
    const sandbox = await open();
    const { id } = await sandbox.start('echo begun; sleep 300');
    const look = async () => (await sandbox.background()).find((item) => item.id === id);
    await until('it has printed', async () => (await look())?.output === 'begun\n');
    expect((await look())?.end).toBeUndefined();
    expect(await sandbox.kill(id)).toBe(true);
    await until('it has ended', async () => (await look())?.end !== undefined);
    expect(await sandbox.kill(id)).toBe(false);
    expect(await sandbox.kill('p_nothing')).toBe(false);
  });

  test.skipIf(!isThere)('does not hand its own token or environment to commands', async () => {
    const { text } = await shell(await open(), 'env');
    expect(text).not.toMatch(/TOKEN|SANDBOX_|hf_/);
  });

  test.skipIf(!isThere)('is known until it is removed', async () => {
    const doomed = await all.open('s_doomed', signal);
    await shell(doomed, 'echo x > x');
    expect(await all.sessions()).toContain('s_doomed');
    await all.remove('s_doomed');
    expect(await all.sessions()).not.toContain('s_doomed');
    await all.remove('s_doomed');
  });
});

describe('a sandbox in a Space', () => {
  test('is private, holds our server, and gets passes for itself instead of the bot’s token', async () => {
    const sandbox = await spaces().open('s_private', signal);
    const space = hub.repos.find('space', 'ada/ml-intern-here-s_private');
    expect(space).toMatchObject({ visibility: 'private', sdk: 'docker' });
    expect([...(space?.files.keys() ?? [])].sort()).toEqual(['Dockerfile', 'README.md', 'server.mjs']);
    await shell(sandbox, 'true');
    const reached = hub.repos.host.requests.filter(
      (request) => request.space === 'ada/ml-intern-here-s_private',
    );
    expect(reached.length).toBeGreaterThan(0);
    expect(JSON.stringify(reached)).not.toContain(TOKEN);
    expect([...(space?.secrets.values() ?? [])].join()).not.toContain(TOKEN);
  });

  test('turns away whoever lacks its own token', async () => {
    await spaces().open('s_closed', signal);
    const pass = Buffer.from('ada/ml-intern-here-s_closed').toString('base64url');
    const url = `${hub.url}/space-host/ada/ml-intern-here-s_closed/exec?__sign=pass-for-${pass}`;
    const body = JSON.stringify({ argv: ['id'], timeoutMs: 1_000 });
    for (const token of ['', 'wrong', 'f'.repeat(64)]) {
      const answer = await fetch(url, { method: 'POST', body, headers: { 'x-sandbox-token': token } });
      expect(answer.status).toBe(401);
    }
  });

  test('is found again by another process, and says so once when it was restarted meanwhile', async () => {
    await writeFile(await spaces().open('s_again', signal), 'kept', Buffer.from('kept'), signal);
    const again = await spaces().open('s_again', signal);
    expect(again.notice).toBeUndefined();
    expect(await readFile(again, 'kept', 100, signal)).toMatchObject({ kind: 'file' });
    await hub.repos.sleep('ada/ml-intern-here-s_again');
    const seen: string[] = [];
    const woken = await spaces().open('s_again', signal, (text) => void seen.push(text));
    expect(woken.notice).toContain('files and processes are gone');
    expect(seen.join()).toContain('SLEEPING');
    expect(await readFile(woken, 'kept', 100, signal)).toEqual({ kind: 'missing' });
    expect((await spaces().open('s_again', signal)).notice).toBeUndefined();
  });

  test('goes on when the bot has a new token', async () => {
    await shell(await spaces().open('s_rotated', signal), 'true');
    const sandbox = await spaces('hf_anothertoken0123456789').open('s_rotated', signal);
    expect((await shell(sandbox, 'echo there')).text).toBe('there');
  });

  test('moves to other hardware, to sleep when nobody uses it', async () => {
    const all = spaces();
    const before = await all.open('s_gpu', signal);
    await shell(before, 'echo old > kept');
    await all.moveTo('s_gpu', 't4-small', signal, () => {});
    expect(hub.repos.find('space', 'ada/ml-intern-here-s_gpu')).toMatchObject({
      hardware: 't4-small',
      sleepTimeSeconds: 1_800,
    });
    expect((await shell(await all.open('s_gpu', signal), 'ls')).text).toBe('');
  });

  test('is on other hardware only once that is there, and says what it waits for', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    hub.repos.hardwareComes = promise;
    const shown: string[] = [];
    const moved = spaces().moveTo('s_waits', 't4-small', signal, (text) => shown.push(text));
    await until('it is told', () => shown.some((text) => text.includes('waits for t4-small')));
    expect(hub.repos.find('space', 'ada/ml-intern-here-s_waits')?.hardware).toBe('cpu-basic');
    resolve();
    expect(await moved).toBe(true);
    expect(hub.repos.find('space', 'ada/ml-intern-here-s_waits')?.hardware).toBe('t4-small');
    expect(await spaces().moveTo('s_waits', 't4-small', signal, () => {})).toBe(false);
  });

  test('gives up hardware that does not come, so that nobody pays for it later', async () => {
    await spaces().open('s_never', signal);
    hub.repos.hardwareComes = new Promise(() => {});
    const hurried = faster(systemClock, 20_000, new Date());
    const moved = spaces(TOKEN, hurried).moveTo('s_never', 't4-small', signal, () => {});
    await expect(moved).rejects.toThrow('was not on t4-small within 10 minutes');
    expect(hub.repos.find('space', 'ada/ml-intern-here-s_never')?.requestedHardware).toBe('cpu-basic');
  });

  test('says what is wrong where it can’t be made or does not start', async () => {
    hub.faults.push({ path: /repos\/create/, status: 403, error: 'forbidden' });
    await expect(spaces().open('s_refused', signal)).rejects.toThrow(SandboxUnavailable);
    const space = hub.repos.add('space', 'ada/ml-intern-here-s_broken');
    space.stage = 'BUILD_ERROR';
    await expect(spaces().open('s_broken', signal)).rejects.toThrow('did not start: BUILD_ERROR');
  });

  test('whose host is none of the Hub’s gets nothing', async () => {
    const space = hub.repos.add('space', 'ada/ml-intern-here-s_lured');
    space.host = 'https://attacker.example';
    await expect(spaces().open('s_lured', signal)).rejects.toThrow('attacker.example');
  });
});

test('where there is no bubblewrap, nothing is run, and the reason says what to do', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    const opened = localSandboxes().open('s_none', signal);
    await expect(opened).rejects.toThrow(SandboxUnavailable);
    await expect(opened).rejects.toThrow('apt install bubblewrap');
  } finally {
    process.env.PATH = path;
  }
});

describe.skipIf(!hasBubblewrap)('a group of the kernel, where there can be any', () => {
  /** Groups that note what is done with them; `ended` is why the kernel has ended what was in there. */
  function noting(ended?: string) {
    const noted: string[] = [];
    const admitted = Promise.withResolvers<void>();
    const groups = async () => ({
      ok: true as const,
      groups: {
        async create() {
          noted.push('made');
          return {
            async add(pid: number) {
              noted.push(`admits ${readlinkSync(`/proc/${pid}/exe`).replace(/.*\//, '')}`);
              await admitted.promise;
            },
            exceeded: async () => ended,
            remove: async () => void noted.push('removed'),
          };
        },
      },
    });
    return { noted, admitted, groups };
  }

  test('has a command in it before it begins, and is removed when it has ended', async () => {
    const { noted, admitted, groups } = noting();
    const all = localSandboxes({ groups });
    const sandbox = await all.open('s_group', signal);
    let printed = '';
    const running = sandbox.run(['echo', 'begun'], {
      timeoutMs: 10_000,
      signal,
      onOutput: (chunk) => {
        printed += Buffer.from(chunk).toString();
      },
    });
    await until('it is admitted', () => noted.length > 1);
    expect(noted).toEqual(['made', 'admits bwrap']);
    expect(printed).toBe('');
    admitted.resolve();
    expect(await running).toEqual({ kind: 'exited', code: 0 });
    expect(printed).toBe('begun\n');
    expect(noted.slice(2)).toEqual(['removed']);
    await all.stop();
  });

  test('tells why the kernel has ended a command', async () => {
    const { admitted, groups } = noting('its processes used more than 256 MB of memory');
    admitted.resolve();
    const all = localSandboxes({ groups });
    const { end } = await shell(await all.open('s_ended', signal), 'exit 137');
    expect(end).toEqual({ kind: 'killed', reason: 'its processes used more than 256 MB of memory' });
    await all.stop();
  });

  test('that can’t take a command keeps it from beginning', async () => {
    const { admitted, groups } = noting();
    admitted.promise.catch(() => {}); // its sandbox asks for it later
    admitted.reject(new Error('ENOSPC'));
    const all = localSandboxes({ groups });
    const { end, text } = await shell(await all.open('s_refused', signal), 'echo begun');
    expect(end).toEqual({ kind: 'killed', reason: 'it could not be limited: ENOSPC' });
    expect(text).toBe('');
    await all.stop();
  });
});
