import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile, writeFile } from '../../src/sandbox/files.ts';
import type { Sandbox, Sandboxes } from '../../src/sandbox/sandbox.ts';
import { hasBubblewrap, LIMITS, localSandboxes, openFolder, shell } from '../support/sandboxes.ts';
import { until } from '../support/until.ts';

/*
 * What hostile code would try from inside of a sandbox. Each of these must fail.
 */

const SECRET = 'hf_environmentsecret0123456789';
const { signal } = new AbortController();

let folder: string;
let sandboxes: Sandboxes;
let sandbox: Sandbox;
let service: Server;
let port: number;

beforeAll(async () => {
  process.env.ESCAPE_TEST_TOKEN = SECRET;
  folder = openFolder();
  writeFileSync(join(folder, 'database.sqlite'), SECRET);
  sandboxes = localSandboxes({
    directory: join(folder, 'sandboxes'),
    hidden: [folder],
    allowedHosts: ['pypi.org', 'localtest.invalid', '169.254.169.254', '127.0.0.1'],
  });
  service = createServer((_request, response) => response.end('the service'));
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  port = (service.address() as AddressInfo).port;
  if (hasBubblewrap) sandbox = await sandboxes.open('s_escape', signal);
});
afterAll(async () => {
  delete process.env.ESCAPE_TEST_TOKEN;
  await sandboxes.stop();
  service.close();
});

describe.skipIf(!hasBubblewrap)('from inside of a sandbox', () => {
  test('the bot’s environment can’t be read: not our own, and not that of any process there is', async () => {
    const { text } = await shell(sandbox, 'env; cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('ESCAPE_TEST');
    expect(text).not.toContain(folder);
    expect(text).toContain('HOME=/work');
  });

  test('the bot’s files, its database and other people’s homes are not there', async () => {
    const outside = [
      folder,
      process.cwd(),
      '/root',
      '/home',
      '/var',
      '/etc/shadow',
      '/etc/hostname',
      '/srv',
      '/opt/wheels',
    ];
    const { text } = await shell(
      sandbox,
      outside.map((path) => `[ -e '${path}' ] && echo 'SEEN ${path}'`).join('\n'),
    );
    expect(text).toBe('');
    const found = await shell(sandbox, `grep -rls ${SECRET} /work /tmp /etc /run /opt | head`);
    expect(found.text).toBe('');
  });

  test('only the workspace and the temporary folders can be written', async () => {
    const { text } = await shell(
      sandbox,
      'for f in / /usr /usr/bin /etc /dev /opt /run /proc /sys; do (echo x > $f/escape) 2>/dev/null && echo "WROTE $f"; done; echo kept > /work/ok && echo kept > /tmp/ok && cat /work/ok',
    );
    expect(text).toBe('kept');
  });

  test('loopback services, private addresses and metadata services can’t be reached, by name or by number', async () => {
    const targets = [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      '169.254.169.254:80',
      '169.254.169.254:443',
      '10.0.0.1:443',
      '[::1]:443',
    ];
    const direct = targets
      .map((target) => {
        const [, host = '', to = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(target) ?? [];
        return `(timeout 2 bash -c 'exec 3<>/dev/tcp/${host}/${to}') 2>/dev/null && echo 'REACHED ${target}'`;
      })
      .join('\n');
    expect((await shell(sandbox, direct)).text).toBe('');
    const connect = (target: string) =>
      `exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT ${target} HTTP/1.1\\r\\nHost: ${target}\\r\\n\\r\\n' >&3; head -c 12 <&3`;
    for (const target of [...targets, 'example.com:443', 'pypi.org:22', 'localtest.invalid:443']) {
      expect((await shell(sandbox, connect(target))).text).toMatch(/^HTTP\/1\.1 (403|502|400)/);
    }
    const plain = `exec 3<>/dev/tcp/127.0.0.1/3128; printf 'GET http://127.0.0.1:${port}/ HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' >&3; head -c 12 <&3`;
    expect((await shell(sandbox, plain)).text).toContain('403');
  });

  test('the proxy can’t be gone around: no other interface, no names looked up, no raw sockets', async () => {
    const { text } = await shell(
      sandbox,
      'cat /proc/net/dev | tail -n +3 | cut -d: -f1 | tr -d " "; getent hosts example.com; (timeout 2 bash -c "exec 3<>/dev/udp/8.8.8.8/53; echo x >&3") 2>/dev/null && echo SENT; python3 -c "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)" 2>/dev/null && echo RAW; (timeout 2 bash -c "exec 3<>/dev/tcp/1.1.1.1/443") 2>/dev/null && echo REACHED',
    );
    expect(text).toBe('lo');
  });

  test('outside processes can’t be seen or signalled', async () => {
    const victim = spawn('sleep', ['60']);
    const { text } = await shell(
      sandbox,
      `kill -9 ${victim.pid} 2>/dev/null && echo KILLED; kill -9 -1; ls /proc | grep -c '^[0-9]'`,
    );
    expect(text).not.toContain('KILLED');
    expect(victim.exitCode).toBeNull();
    victim.kill();
    const own = await shell(sandbox, "ls /proc | grep '^[0-9]' | wc -l");
    expect(Number(own.text)).toBeLessThan(25);
  });

  test('there is no way to more rights: no capability, no set-uid program, no further namespace, no mount', async () => {
    const { text } = await shell(
      sandbox,
      'grep -E "Cap(Eff|Prm|Bnd)" /proc/self/status | grep -v 0000000000000000; grep -q "NoNewPrivs:.1" /proc/self/status || echo PRIVS; unshare -U true 2>/dev/null && echo USERNS; mount -t tmpfs x /tmp 2>/dev/null && echo MOUNTED; su -c id 2>/dev/null && echo SU; true',
    );
    expect(text).toBe('');
  });

  test('links and dots lead nowhere: every tool sees what the sandbox sees', async () => {
    await shell(
      sandbox,
      `ln -sf ${folder} /work/out; ln -sf /etc/shadow /work/shadow; ln -sf /proc/1/environ /work/env; mkfifo /work/pipe`,
    );
    expect(await readFile(sandbox, 'out/database.sqlite', 1_000, signal)).toEqual({ kind: 'missing' });
    expect(await readFile(sandbox, `../../../..${folder}/database.sqlite`, 1_000, signal)).toEqual({
      kind: 'missing',
    });
    expect(await readFile(sandbox, 'shadow', 1_000, signal)).toEqual({ kind: 'missing' });
    expect(await readFile(sandbox, 'pipe', 1_000, signal)).toEqual({ kind: 'special' });
    const environment = await readFile(sandbox, 'env', 10_000, signal).catch(() => undefined);
    expect(JSON.stringify(environment ?? '')).not.toContain(SECRET);
    await expect(writeFile(sandbox, 'out/written', Buffer.from('x'), signal)).rejects.toThrow(
      "can't be written",
    );
    await expect(writeFile(sandbox, '/usr/bin/written', Buffer.from('x'), signal)).rejects.toThrow(
      "can't be written",
    );
    expect(existsSync(join(folder, 'written'))).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(['database.sqlite', 'sandboxes']);
  });

  test('names are never taken for commands or options', async () => {
    for (const name of [
      '-rf',
      "a'; touch /work/injected; '",
      '$(touch /work/injected)',
      'new\nline',
      '`id`',
    ]) {
      await writeFile(sandbox, name, Buffer.from('content'), signal);
      const read = await readFile(sandbox, name, 100, signal);
      expect(read).toEqual({ kind: 'file', bytes: Buffer.from('content') });
    }
    expect(await readFile(sandbox, 'injected', 10, signal)).toEqual({ kind: 'missing' });
  });

  test('other sessions’ workspaces can’t be found', async () => {
    const other = await sandboxes.open('s_other', signal);
    await writeFile(other, 'theirs', Buffer.from('theirs'), signal);
    const { text } = await shell(
      sandbox,
      'find / -name theirs -not -path "/proc/*" 2>/dev/null; ls /work/.. | grep -c s_other',
    );
    expect(text).toBe('0');
  });

  test('a fork bomb stays small and is over when its command is', async () => {
    const other = await sandboxes.open('s_other', signal);
    const bomb = shell(sandbox, 'f() { f | f & }; f; sleep 30', { timeoutMs: 3_000 });
    expect((await shell(other, 'echo others go on')).text).toBe('others go on');
    expect((await bomb).end.kind).toBe('timed_out');
    expect((await shell(sandbox, 'echo as does this one')).text).toBe('as does this one');
  });

  test('memory is bounded, for one process and for many together', async () => {
    const one = await shell(
      sandbox,
      `python3 -c "b = bytearray(${LIMITS.memoryMb * 3} << 20); print(len(b))"`,
    );
    expect(one.text).toContain('MemoryError');
    const eat = 'python3 -c "import time; b = bytearray(100 << 20); time.sleep(20)" &';
    const many = await shell(sandbox, `${`${eat}\n`.repeat(6)} wait`);
    expect(many.end).toEqual({ kind: 'killed', reason: expect.stringContaining('MB of memory') });
    const shared = await shell(
      sandbox,
      'for d in /dev/shm /tmp; do for i in $(seq 20); do head -c 10M /dev/zero > $d/$i; done; done 2>&1 | grep -o "No space" | wc -l',
    );
    expect(Number(shared.text)).toBeGreaterThan(20);
  });

  test('the disk is bounded, for one file and for many', async () => {
    const one = await shell(
      sandbox,
      'head -c 200M /dev/zero > /work/big; ls -s --block-size=M /work/big | cut -d" " -f1; rm -f /work/big',
    );
    // A file that is as large as all may be together can be seen before it is taken away again.
    if (one.end.kind === 'killed') expect(one.end.reason).toContain('the workspace grew');
    else expect(Number.parseInt(one.text.split('\n').at(-1) ?? '', 10)).toBeLessThanOrEqual(LIMITS.diskMb);
    await shell(sandbox, 'rm -f /work/big');
    const many = await shell(
      sandbox,
      'for i in $(seq 1000); do head -c 8M /dev/zero > /work/many$i; sleep 0.05; done',
    );
    expect(many.end).toEqual({ kind: 'killed', reason: expect.stringContaining('the workspace grew') });
    expect((await shell(sandbox, 'rm -f /work/many*; echo cleared')).text).toBe('cleared');
  });

  test('time is bounded, of the processor as well, and limits can’t be raised', async () => {
    const { end } = await shell(sandbox, 'ulimit -u 9999; ulimit -d unlimited; sleep 60', {
      timeoutMs: 1_000,
    });
    expect(end).toEqual({ kind: 'timed_out' });
    const raised = await shell(
      sandbox,
      '(ulimit -u 9999 && echo RAISED) 2>/dev/null; ulimit -Hu; ulimit -Ht',
    );
    expect(raised.text).toBe(`${LIMITS.processes}\n${LIMITS.cpuSeconds}`);
  });

  test('nothing survives: not a command that ended, was broken off, or hid from its parents', async () => {
    const marker = `escape-${process.pid}`;
    const daemon = `(setsid nohup bash -c 'exec -a ${marker} sleep 300' >/dev/null 2>&1 &) ; sleep 0.2`;
    await shell(sandbox, daemon);
    const stop = new AbortController();
    const began = performance.now();
    const broken = shell(sandbox, `${daemon}; trap '' TERM INT HUP; sleep 300`, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped')), 500);
    await expect(broken).rejects.toThrow('stopped');
    expect(performance.now() - began).toBeLessThan(5_000);
    await until('no process of theirs is left', () => !runs(marker));
    const background = await sandbox.start(`exec -a ${marker} sleep 300`);
    await until('the background command runs', () => runs(marker));
    expect(await sandbox.kill(background.id)).toBe(true);
    await until('no process of its is left', () => !runs(marker));
  });

  test('removing a sandbox ends what runs in it and leaves nothing, whatever rights its files have', async () => {
    const marker = `removed-${process.pid}`;
    const doomed = await sandboxes.open('s_doomed', signal);
    await shell(doomed, 'mkdir -p /work/a/b && touch /work/a/b/c && chmod 000 /work/a/b /work/a');
    await doomed.start(`exec -a ${marker} sleep 300`);
    await until('it runs', () => runs(marker));
    await sandboxes.remove('s_doomed');
    await until('it ended', () => !runs(marker));
    expect(await sandboxes.sessions()).not.toContain('s_doomed');
  });
});

/** Whether any process of this machine has this name. */
function runs(name: string): boolean {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(`${name}\0`);
      } catch {
        return false;
      }
    });
}
