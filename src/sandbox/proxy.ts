import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, open as openFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { NotPublic } from '../lib/addresses.ts';
import { nameGate } from './name-gate.ts';
import { type Way, wayTo } from './way-out.ts';

/**
 * The one way out of sandboxes: a proxy for each session, on a socket in the file system, that only lets
 * through what is allowed.
 */
export type Proxies = {
  /**
   * The proxy of a session, which listens in the session's folder, for `uid` alone where that is given, until
   * all who use it have left.
   */
  use(folder: string, uid: number | undefined): Promise<{ socket: string; leave(): Promise<void> }>;
  close(): Promise<void>;
};

export type ProxyLimits = {
  /** Connections at once, of one session and of all together. */
  ofSession: number;
  ofAll: number;
  /** How long a client may take to say where it wants to, and then to name it. */
  namingMs: number;
  /** How long a connection may be silent, and how long once one side has ended. */
  idleMs: number;
  halfOpenMs: number;
};

const LIMITS: ProxyLimits = {
  ofSession: 64,
  ofAll: 512,
  namingMs: 10_000,
  idleMs: 120_000,
  halfOpenMs: 15_000,
};

/** Proxies that let through to what `allowed` names: see `wayTo`. */
export function createProxies(allowed: readonly string[], limits: ProxyLimits = LIMITS): Proxies {
  const inUse = new Map<string, { proxy: Promise<Listening>; users: number }>();
  const all = new Set<Socket>();

  return {
    async use(folder, uid) {
      const entry = inUse.get(folder) ?? { proxy: listen(folder, uid, allowed, limits, all), users: 0 };
      inUse.set(folder, entry);
      entry.users++;
      const leave = async () => {
        if (--entry.users > 0) return;
        if (inUse.get(folder) === entry) inUse.delete(folder);
        await (await entry.proxy).close();
      };
      try {
        const { socket } = await entry.proxy;
        return { socket, leave };
      } catch (error) {
        if (inUse.get(folder) === entry) inUse.delete(folder);
        throw error;
      }
    },
    async close() {
      const open = [...inUse.values()];
      inUse.clear();
      await Promise.all(open.map(async ({ proxy }) => (await proxy).close()));
    },
  };
}

type Listening = { socket: string; close(): Promise<void> };

async function listen(
  folder: string,
  uid: number | undefined,
  allowed: readonly string[],
  limits: ProxyLimits,
  all: Set<Socket>,
): Promise<Listening> {
  const own = new Set<Socket>();
  const server = createServer({ connectionsCheckingInterval: 5_000 }, (_request, response) => {
    response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
    response.end('Only HTTPS leaves this sandbox.\n');
  });
  server.headersTimeout = limits.namingMs;
  server.requestTimeout = limits.namingMs;
  server.maxConnections = limits.ofSession;
  server.on('connection', (client: Socket) => {
    if (all.size >= limits.ofAll) return void client.destroy();
    for (const set of [own, all]) {
      set.add(client);
      client.once('close', () => set.delete(client));
    }
  });
  server.on('connect', (request, client, head) => {
    if (client instanceof Socket) void tunnel(request.url ?? '', client, head, allowed, limits);
  });
  const socket = await bind(server, folder, uid);
  return {
    socket,
    async close() {
      for (const client of own) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(socket, { force: true });
    },
  };
}

/** Paths of sockets end at 107 bytes: what lies deeper is listened at by the folder's descriptor. */
async function bind(server: Server, folder: string, uid: number | undefined): Promise<string> {
  const name = `proxy-${randomBytes(6).toString('hex')}.sock`;
  const path = join(folder, name);
  const opened = await openFile(folder);
  try {
    server.listen(`/proc/self/fd/${opened.fd}/${name}`);
    await once(server, 'listening');
  } finally {
    await opened.close();
  }
  if (uid !== undefined) await chown(path, uid, uid);
  await chmod(path, 0o600);
  return path;
}

async function tunnel(
  target: string,
  client: Socket,
  head: Buffer,
  allowed: readonly string[],
  limits: ProxyLimits,
): Promise<void> {
  client.on('error', () => client.destroy());
  const say = (status: string, text = '') => client.end(`HTTP/1.1 ${status}\r\n\r\n${text}`);
  const way = wayTo(target, allowed);
  if (way === undefined) return void say('403 Forbidden', `${target} can't be reached from this sandbox.\n`);
  try {
    const server = await way.connect();
    if (client.destroyed) return void server.destroy();
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    connectBoth(way, client, head, server, limits);
  } catch (error) {
    if (error instanceof NotPublic) say('403 Forbidden', `${error.message}.\n`);
    else say('502 Bad Gateway', `${way.host} does not answer.\n`);
  }
}

/**
 * Passes on what both sides say, of the client from when it has named the host on. A silent connection is
 * ended, sooner once one side has ended.
 */
function connectBoth(way: Way, client: Socket, head: Buffer, server: Socket, limits: ProxyLimits): void {
  const end = () => {
    client.destroy();
    server.destroy();
  };
  const naming = way.kind === 'host' ? setTimeout(end, limits.namingMs) : undefined;
  const gate = nameGate(way, () => clearTimeout(naming));
  gate.on('error', end);
  for (const side of [client, server]) {
    side.on('error', end);
    side.setTimeout(limits.idleMs, end);
    side.once('end', () => {
      for (const both of [client, server]) both.setTimeout(limits.halfOpenMs);
    });
  }
  client.once('close', () => {
    clearTimeout(naming);
    server.destroy();
  });
  gate.write(head);
  client.pipe(gate).pipe(server);
  server.pipe(client); // ends it where the server has ended; what is still on its way arrives
}
