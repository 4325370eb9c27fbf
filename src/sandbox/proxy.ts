import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { publicAddresses } from '../ops/addresses.ts';

/** The one way out of a sandbox: a proxy on a socket in the file system that only lets through what is allowed. */
export type Proxy = { socket: string; close(): Promise<void> };

const IDLE_MS = 120_000;
const CONNECTING_MS = 15_000;
const MAX_CONNECTIONS = 200;

/**
 * Starts the proxy. An allowed host is a name, `*.name` for all below it, or `host:port` to name a service exactly: only
 * that last form may lead to an address that is not public. Names are looked up here, and the connection goes to the
 * address that was checked.
 */
export async function startProxy(socket: string, allowed: readonly string[]): Promise<Proxy> {
  await rm(socket, { force: true });
  const open = new Set<Socket>();
  const server = createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'text/plain' });
    response.end('Only HTTPS leaves this sandbox.\n');
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (client: Socket) => {
    open.add(client);
    client.on('close', () => open.delete(client));
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy());
    tunnel(request.url ?? '', client, head, allowed).catch(() => {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  await chmod(socket, 0o666); // sandboxes may run as other users
  return {
    socket,
    async close() {
      for (const client of open) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(socket, { force: true });
    },
  };
}

async function tunnel(
  target: string,
  client: Socket,
  head: Buffer,
  allowed: readonly string[],
): Promise<void> {
  const [, host = '', port = ''] = /^([a-z0-9.-]+):(\d+)$/i.exec(target) ?? [];
  const address = await addressFor(host.toLowerCase(), port, allowed);
  if (address === undefined) {
    client.end(`HTTP/1.1 403 Forbidden\r\n\r\n${host} can't be reached from this sandbox.\n`);
    return;
  }
  const server = connect({ host: address, port: Number(port), timeout: CONNECTING_MS });
  server.on('error', () => client.destroy());
  server.on('timeout', () => server.destroy());
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
  server.once('connect', () => {
    server.setTimeout(IDLE_MS);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    server.write(head);
    client.pipe(server).pipe(client);
  });
}

/** Where a connection may go; undefined where it may not. */
async function addressFor(
  host: string,
  port: string,
  allowed: readonly string[],
): Promise<string | undefined> {
  if (allowed.includes(`${host}:${port}`)) return host;
  const isAllowed = allowed.some((entry) =>
    entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry,
  );
  if (!isAllowed || port !== '443') return undefined;
  const [address] = await publicAddresses(host);
  return address;
}
