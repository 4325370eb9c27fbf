import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createProxies, type Proxies, type ProxyLimits } from '../../src/sandbox/proxy.ts';
import { clientHello } from '../support/client-hello.ts';
import { until } from '../support/until.ts';

/*
 * What a sandbox's proxy does with connections, to services on this machine. What it does with hosts of the
 * internet is tried in small-internet.test.ts.
 */

const QUICK: ProxyLimits = { ofSession: 4, ofAll: 6, namingMs: 400, idleMs: 1_500, halfOpenMs: 300 };

let folder: string;
let port: number;
let reached: Socket[];
let proxies: Proxies;
const server = createServer({ allowHalfOpen: true }, (socket) => {
  reached.push(socket);
  socket.on('error', () => {});
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ml-intern-proxy-'));
  reached = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  port = address instanceof Object ? address.port : 0;
  proxies = createProxies([`127.0.0.1:${port}`, `localhost:${port}`], QUICK);
});
afterEach(async () => {
  await proxies.close();
  for (const socket of reached) socket.destroy();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * A connection through a session's proxy, of a client that ends nothing by itself; its status is undefined
 * where it is cut before it is answered.
 */
async function through(
  path: string,
  host = '127.0.0.1',
): Promise<{ status: number | undefined; socket: Socket }> {
  const socket = connect({ path, allowHalfOpen: true });
  socket.on('error', () => {});
  socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  let head = Buffer.alloc(0);
  while (!head.includes('\r\n\r\n')) {
    const chunk = await Promise.race([
      once(socket, 'data').then(([bytes]) => bytes as Buffer),
      once(socket, 'end').then(() => undefined),
    ]).catch(() => undefined);
    if (chunk === undefined) return { status: undefined, socket };
    head = Buffer.concat([head, chunk]);
  }
  socket.pause();
  const end = head.indexOf('\r\n\r\n') + 4;
  if (head.length > end) socket.unshift(head.subarray(end));
  return { status: Number(head.toString().slice(9, 12)), socket };
}

/** A connection that has reached the service, and its other end. */
async function established(host?: string) {
  const { socket: path } = await session('one');
  const { socket } = await through(path, host);
  socket.write('hello');
  const there = await until('it arrives', () => reached[0]);
  return { socket, there: there.resume() };
}

/** Resolves when whoever is at the other end of a socket takes no more. */
const isClosed = (socket: Socket) =>
  until('it is closed', () => {
    socket.write('x');
    return socket.destroyed;
  });

async function session(name: string) {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  return proxies.use(own, undefined);
}

describe('connections', () => {
  test('are limited for each session, and for all together', async () => {
    const [one, two, three] = [await session('one'), await session('two'), await session('three')];
    const first = await Promise.all(Array.from({ length: 10 }, () => through(one.socket)));
    expect(first.filter((way) => way.status === 200)).toHaveLength(QUICK.ofSession);
    const second = await Promise.all(Array.from({ length: 10 }, () => through(two.socket)));
    expect(second.filter((way) => way.status === 200)).toHaveLength(QUICK.ofAll - QUICK.ofSession);
    expect((await through(three.socket)).status).toBeUndefined();
    for (const way of first) way.socket.destroy();
    await until('there is room again', async () => (await through(three.socket)).status === 200);
  });

  test('that say nothing of where they lead are ended', { tags: 'long', timeout: 15_000 }, async () => {
    const { socket } = await session('one');
    const silent = Array.from({ length: QUICK.ofSession }, () => connect(socket).on('error', () => {}));
    await Promise.all(silent.map((client) => once(client.resume(), 'close')));
    expect((await through(socket)).status).toBe(200);
  });

  test('that are silent are ended on both sides', async () => {
    const { socket, there } = await established();
    await Promise.all([once(socket.resume(), 'end'), once(there, 'end')]);
    await Promise.all([isClosed(socket), isClosed(there)]);
  });

  test.each(['client', 'server'] as const)('of which the %s has ended soon make room', async (which) => {
    const { socket: path } = await session('one');
    const ways = await Promise.all(Array.from({ length: QUICK.ofSession }, () => through(path)));
    await until('all arrive', () => reached.length === QUICK.ofSession);
    expect((await through(path)).status).toBeUndefined();
    const began = performance.now();
    for (const socket of which === 'client' ? ways.map((way) => way.socket) : reached) socket.end();
    await until('there is room', async () => (await through(path)).status === 200);
    expect(performance.now() - began).toBeLessThan(QUICK.idleMs);
  });

  test('arrive to the last byte where the server ends first', async () => {
    const { socket, there } = await established();
    there.end(Buffer.alloc(3_000_000, 'x'));
    let size = 0;
    for await (const chunk of socket) size += chunk.length;
    expect(size).toBe(3_000_000);
  });
});

describe('a service that the config names', () => {
  test('need not speak TLS, and may speak first', async () => {
    const { socket } = await session('one');
    server.once('connection', (there) => there.write('220 welcome\r\n'));
    const way = await through(socket);
    expect(String((await once(way.socket.resume(), 'data'))[0])).toBe('220 welcome\r\n');
  });

  test.each([
    ['localhost', 'localhost', true],
    ['localhost', 'LOCALHOST', true],
    ['localhost', 'elsewhere.example', false],
    ['localhost', undefined, false],
    ['127.0.0.1', undefined, true],
    ['127.0.0.1', 'elsewhere.example', false],
  ])('%s is named by who speaks TLS: %s', async (host, servername, isLet) => {
    const { socket } = await session('one');
    const way = await through(socket, host);
    const hello = await clientHello(servername ? { servername } : {});
    way.socket.write(hello);
    const there = await until('it is connected', () => reached[0]);
    const arrived = Promise.race([
      once(there, 'data').then(([bytes]) => bytes),
      once(there, 'end').then(() => undefined),
      once(there, 'close').then(() => undefined),
    ]);
    expect(await arrived).toEqual(isLet ? hello : undefined);
  });
});

describe('the socket of a session', () => {
  test('is for nobody else, and is there while it is used', async () => {
    const [first, second] = [await session('one'), await session('one')];
    expect(second.socket).toBe(first.socket);
    expect(statSync(first.socket).mode & 0o777).toBe(0o600);
    await first.leave();
    expect((await through(second.socket)).status).toBe(200);
    await second.leave();
    expect(readdirSync(join(folder, 'one'))).toEqual([]);
    const again = await session('one');
    expect((await through(again.socket)).status).toBe(200);
  });

  test('may lie deeper than paths of sockets reach', async () => {
    const deep = Array.from({ length: 12 }, (_, level) => `a-folder-${level}`).join('/');
    const { socket } = await session(deep);
    expect(socket.length).toBeGreaterThan(120);
    expect(statSync(socket).isSocket()).toBe(true);
  });
});
