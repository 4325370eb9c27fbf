import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { useNetwork } from '../../src/lib/network.ts';
import { openTunnel, TunnelAgent } from '../../src/lib/tunnel.ts';
import { createProxies } from '../../src/sandbox/proxy.ts';
import { ForwardProxy } from '../doubles/forward-proxy.ts';
import { clientHello } from '../support/client-hello.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';

let proxy: ForwardProxy;
const echo = createTcpServer((socket) => socket.pipe(socket));
let port = 0;

beforeAll(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  port = address instanceof Object ? address.port : 0;
});
afterAll(() => void echo.close());
beforeEach(async () => {
  proxy = await ForwardProxy.start();
});
afterEach(() => proxy.close());

test('a tunnel leads to where it is asked for, with what the proxy wants to know', async () => {
  proxy.credentials = 'ada:p@ss';
  const tunnel = await openTunnel(new URL(proxy.url.replace('//', '//ada:p%40ss@')), 'echo.invalid', port);
  tunnel.write('hello');
  expect(String((await once(tunnel, 'data'))[0])).toBe('hello');
  expect(proxy.targets).toEqual([`echo.invalid:${port}`]);
  tunnel.destroy();
});

test('a proxy that refuses is named, without the password', async () => {
  proxy.credentials = 'ada:other';
  await expect(
    openTunnel(new URL(proxy.url.replace('//', '//ada:secret@')), 'echo.invalid', port),
  ).rejects.toThrow(`the proxy ${new URL(proxy.url).host} does not connect to echo.invalid:${port} (407)`);
});

test('a WebSocket takes the proxy by its agent', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => socket.send('welcome'));
  await once(server, 'listening');
  const address = server.address();
  proxy.names.set('gateway.invalid', address instanceof Object ? address.port : 0);
  const socket = new WebSocket('ws://gateway.invalid/', { agent: new TunnelAgent(new URL(proxy.url)) });
  expect(String((await once(socket, 'message'))[0])).toBe('welcome');
  expect(proxy.targets).toEqual(['gateway.invalid:80']);
  socket.terminate();
  server.close();
});

test('what leaves a sandbox takes the proxy, and what this machine knows as its own stays in', async () => {
  const folder = await mkdtemp(join(FAST_FOLDER, 'ml-intern-tunnel-'));
  proxy.names.set('files.invalid', port);
  useNetwork({ HTTPS_PROXY: proxy.url });
  const proxies = createProxies(['files.invalid', 'localhost']);
  const sandbox = await proxies.use(folder, undefined);
  const ask = async (target: string) => {
    const asked = request({ socketPath: sandbox.socket, method: 'CONNECT', path: target }).end();
    const [response, socket] = await once(asked, 'connect');
    return { status: response.statusCode, socket };
  };
  try {
    const { status, socket } = await ask('files.invalid:443');
    expect(status).toBe(200);
    const hello = await clientHello({ servername: 'files.invalid' });
    socket.write(hello);
    expect((await once(socket, 'data'))[0]).toEqual(hello);
    socket.destroy();
    expect((await ask('localhost:443')).status).toBe(403);
    expect((await ask('elsewhere.invalid:443')).status).toBe(403);
    expect(proxy.targets).toEqual(['files.invalid:443']);
  } finally {
    useNetwork({});
    await proxies.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
