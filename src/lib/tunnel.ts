import { Agent, request } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/** How long a proxy may take to open a tunnel. */
const OPEN_MS = 15_000;

/**
 * A connection to a host through a proxy (HTTP CONNECT). Throws where the proxy refuses it or does not
 * answer.
 */
export function openTunnel(proxy: URL, host: string, port: number): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const begin = proxy.protocol === 'https:' ? secureRequest : request;
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const asked = begin({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorization(proxy) },
    agent: false,
    timeout: OPEN_MS,
  });
  asked.once('connect', (response, socket, head) => {
    const { statusCode } = response;
    if (statusCode !== 200) {
      socket.destroy();
      return reject(new Error(`the proxy ${proxy.host} does not connect to ${target} (${statusCode})`));
    }
    socket.setTimeout(0);
    if (head.length > 0) socket.unshift(head);
    resolve(socket);
  });
  asked.once('timeout', () => asked.destroy(new Error(`the proxy ${proxy.host} does not answer in time`)));
  asked.once('error', reject);
  asked.end();
  return promise;
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '') return {};
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(text).toString('base64')}` };
}

type Connecting = {
  host?: string | null | undefined;
  port?: string | number | null | undefined;
  servername?: string;
};
type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * For clients that take an agent of Node's: each connection goes through the proxy, also to hosts without
 * TLS.
 */
export class TunnelAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super();
    this.#proxy = proxy;
  }

  override createConnection(options: Connecting, connected: Connected): undefined {
    openTunnel(this.#proxy, options.host ?? 'localhost', Number(options.port ?? 80)).then(
      (socket) => connected(null, socket),
      (error: Error) => connected(error, undefined as never),
    );
  }
}

/** The same for hosts with TLS, which is spoken inside of the tunnel. */
export class SecureTunnelAgent extends SecureAgent {
  readonly #proxy: URL;

  constructor(proxy: URL) {
    super();
    this.#proxy = proxy;
  }

  override createConnection(options: Connecting, connected: Connected): undefined {
    const host = options.host ?? 'localhost';
    openTunnel(this.#proxy, host, Number(options.port ?? 443)).then(
      (socket) => connected(null, connectTls({ servername: options.servername ?? host, socket })),
      (error: Error) => connected(error, undefined as never),
    );
  }
}
