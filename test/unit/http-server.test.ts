import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer, type HttpServer, type Route } from '../../src/lib/http-server.ts';
import { createLogger } from '../../src/lib/log.ts';
import { freePort } from '../support/free-port.ts';

const log = createLogger('silent', (text) => text);
const saying = (method: Route['method'], path: string, text: string): Route => ({
  method,
  path,
  handle: (_request, response) => void response.end(text),
});

let server: HttpServer;
let url: string;
afterEach(() => server.stop());

async function create(own: readonly Route[] = []): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = createHttpServer({ port, host: '127.0.0.1' }, own, log);
}

const ask = async (path: string, method = 'GET') => {
  const response = await fetch(`${url}${path}`, { method, headers: { connection: 'close' } });
  return `${response.status} ${await response.text()}`;
};

test('it listens once somebody has something to serve, and serves what others add', async () => {
  await create([saying('GET', '/health', 'ok')]);
  await expect(ask('/health')).rejects.toThrow();
  await server.serve([saying('POST', '/one/events', 'one')]);
  await server.serve([saying('POST', '/two/events', 'two')]);
  expect(await ask('/health?from=balancer')).toBe('200 ok');
  expect(await ask('/one/events', 'POST')).toBe('200 one');
  expect(await ask('/two/events', 'POST')).toBe('200 two');
});

test('what nobody serves is not there: other paths, other methods, and what is no path', async () => {
  await create([saying('GET', '/page', 'page')]);
  await server.serve([saying('POST', '/events', 'taken')]);
  expect(await ask('/page/')).toBe('200 page');
  expect(await ask('/events')).toBe('404 ');
  expect(await ask('/events/', 'POST')).toBe('404 ');
  expect(await ask('/page', 'POST')).toBe('404 ');
  expect(await ask('//', 'GET')).toBe('404 ');
});

test('a handler that fails is a 500, and the server goes on', async () => {
  await create();
  const failing = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, handle });
  await server.serve([
    failing('/at-once', () => {
      throw new Error('no');
    }),
    failing('/later', () => Promise.reject(new Error('no'))),
    saying('GET', '/fine', 'fine'),
  ]);
  expect(await ask('/at-once')).toBe('500 ');
  expect(await ask('/later')).toBe('500 ');
  expect(await ask('/fine')).toBe('200 fine');
});

test('while it stops it answers what it has taken, and takes nothing more', async () => {
  await create();
  const taken = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  await server.serve([
    {
      method: 'POST',
      path: '/events',
      async handle(_request, response) {
        taken.resolve();
        await done.promise;
        response.end('done');
      },
    },
  ]);
  const asked = ask('/events', 'POST');
  await taken.promise;
  const stopped = server.stop();
  await expect(ask('/events', 'POST')).rejects.toThrow();
  done.resolve();
  expect(await asked).toBe('200 done');
  await stopped;
});

test('who keeps a connection is hung up on, whether they have asked something or not', async () => {
  await create();
  await server.serve([saying('GET', '/page', 'page')]);
  const port = Number(new URL(url).port);
  const [silent, asking] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  await Promise.all([silent, asking].map((one) => new Promise((resolve) => one.once('connect', resolve))));
  const heard = new Promise((resolve) => asking.once('data', resolve));
  asking.write('GET /page HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await heard;
  const closed = [silent, asking].map((one) => new Promise((resolve) => one.once('close', resolve)));
  await server.stop();
  await Promise.all(closed);
});

test('a port that another server has is refused', async () => {
  await create();
  await server.serve([]);
  const second = createHttpServer({ port: Number(new URL(url).port), host: '127.0.0.1' }, [], log);
  await expect(second.serve([])).rejects.toThrow('EADDRINUSE');
});
