import { once } from 'node:events';
import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';
import { isKnownAsPrivate, NotPublic, publicLookup, refuseUnlessPublic } from '../lib/addresses.ts';
import { proxyFor } from '../lib/network.ts';
import { openTunnel } from '../lib/tunnel.ts';

/** Where a connection out of a sandbox may lead. */
export type Way = {
  /** One of the public internet, over HTTPS; or a service that the config names exactly. */
  kind: 'host' | 'service';
  host: string;
  /** Throws NotPublic where the name leads to an address that is not public. */
  connect(): Promise<Socket>;
};

const CONNECTING_MS = 15_000;

/**
 * The way to `host:port`; undefined where it is not allowed. An allowed host is a name, `*.name` for all
 * below it, or `host:port` to name a service exactly: only that last form may lead to an address that is not
 * public. Names are looked up here, and the connection goes to the addresses that were checked. Where the bot
 * has a proxy, it leads through that: a name that only the proxy can look up is the proxy's to judge.
 */
export function wayTo(target: string, allowed: readonly string[]): Way | undefined {
  const [, name = '', digits = ''] = /^([a-z0-9.-]+):(\d{1,5})$/i.exec(target) ?? [];
  const [host, port] = [name.toLowerCase(), Number(digits)];
  if (allowed.includes(`${host}:${port}`)) {
    return { kind: 'service', host, connect: () => connection({ host, port }) };
  }
  const isAllowed = allowed.some((entry) =>
    entry.startsWith('*.') ? host.endsWith(entry.slice(1)) : host === entry,
  );
  if (!isAllowed || port !== 443) return undefined;
  return { kind: 'host', host, connect: () => publicConnection(host, port) };
}

async function publicConnection(host: string, port: number): Promise<Socket> {
  refuseUnlessPublic(host);
  if (ownProxy(host, port) && (await isKnownAsPrivate(host))) throw new NotPublic(host);
  return connection({ host, port, lookup: publicLookup });
}

const ownProxy = (host: string, port: number): URL | undefined =>
  proxyFor(new URL(`https://${host}:${port}`));

async function connection(to: TcpNetConnectOpts & { host: string }): Promise<Socket> {
  const proxy = ownProxy(to.host, to.port);
  if (proxy !== undefined) return openTunnel(proxy, to.host, to.port);
  const server = connect({ ...to, timeout: CONNECTING_MS });
  const late = () => server.destroy(new Error(`${to.host} does not answer`));
  server.once('timeout', late);
  await once(server, 'connect');
  server.off('timeout', late);
  return server;
}
