import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer, type Server as WebServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import { refusedWith } from '../program.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

/** The port that a server listens on, until the situation is over. */
async function portOf(site: Site, server: Server | WebServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.onClear(() => server.close());
  const address = server.address();
  return address instanceof Object ? address.port : 0;
}

/** A server that says something to whoever connects, and does not understand the answer. */
const greeting = (site: Site, words: string | Buffer): Promise<number> =>
  portOf(
    site,
    createServer((socket) => void mute(socket).write(words)),
  );

const webServer = (site: Site): Promise<number> =>
  portOf(
    site,
    createWebServer((_request, response) => void response.end('<html>Hello</html>')),
  );

/** The beginning of a handshake of MySQL 8. */
const MYSQL = Buffer.from('4a0000000a382e302e3336000800000000', 'hex');

/** A Sentinel, which takes its settings from a file alone. */
async function sentinel(site: Site): Promise<number> {
  const port = await freePort();
  const file = join(site.folder(), 'sentinel.conf');
  writeFileSync(file, `port ${port}\nsentinel monitor main 127.0.0.1 1 1\n`);
  const child = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  site.onClear(() => child.kill('SIGKILL'));
  await until('the Sentinel listens', () => isListening(port), TIMEOUT_MS);
  return port;
}

function isListening(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ port, host: '127.0.0.1' });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** A Redis of many years ago, as far as it is asked at the start. */
const oldRedis = (site: Site): Promise<number> =>
  portOf(
    site,
    createServer((socket) => {
      mute(socket).on('data', (data) => {
        for (const [, name = ''] of String(data).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g))
          socket.write(oldAnswer(name.toLowerCase()));
      });
    }),
  );

function oldAnswer(command: string): string {
  if (command === 'hello') return '-ERR unknown command `HELLO`\r\n';
  if (command !== 'info') return '+OK\r\n';
  const facts = 'redis_version:5.0.7\r\nredis_mode:standalone\r\nrole:master\r\n';
  return `$${facts.length}\r\n${facts}\r\n`;
}

function mute(socket: Socket): Socket {
  return socket.on('error', () => {}); // whoever asked has gone
}

/** What people name by mistake: the right kind of setting, and the wrong thing at the other end. */
export const MISTAKES = [
  situation(
    'DATABASE_URL leads to something else: a web server, a Redis, an SSH server, a MySQL',
    async (site) => {
      const at = (port: number | string) => ({
        DATABASE_URL: `postgres://bot:right@127.0.0.1:${port}/record`,
      });
      const web = await webServer(site);
      await refusedWith(
        site,
        at(web),
        /^DATABASE_URL leads to a web server, which is no Postgres\. Check host/,
      );
      await refusedWith(
        site,
        { DATABASE_URL: `postgres://bot:right@127.0.0.1:${web}/record?sslmode=require` },
        /^DATABASE_URL leads to a web server, which is no Postgres\./,
      );
      await refusedWith(
        site,
        at(new URL(site.redisUrl).port),
        /^DATABASE_URL leads to a Redis, which is no Postgres\./,
      );
      await refusedWith(
        site,
        at(await greeting(site, 'SSH-2.0-OpenSSH_9.2\r\n')),
        /^DATABASE_URL leads to an SSH server, which is no Postgres\./,
      );
      await refusedWith(
        site,
        at(await greeting(site, MYSQL)),
        /^DATABASE_URL leads to a MySQL, which is no Postgres\./,
      );
    },
  ),
  situation('REDIS_URL leads to something else: a web server, a Postgres, an SSH server', async (site) => {
    const DATABASE_URL = await site.database();
    const at = (port: number | string, scheme = 'redis') => ({
      DATABASE_URL,
      REDIS_URL: `${scheme}://127.0.0.1:${port}`,
    });
    const web = await webServer(site);
    await refusedWith(
      site,
      at(web),
      /^REDIS_URL leads to a web server, which is no Redis\. Check host and port\.$/,
    );
    await refusedWith(site, at(web, 'rediss'), /^REDIS_URL leads to a web server, which is no Redis\./);
    await refusedWith(
      site,
      at(new URL(site.postgres.url).port),
      /^REDIS_URL leads to a Postgres, which is no Redis\./,
    );
    await refusedWith(
      site,
      at(await greeting(site, 'SSH-2.0-OpenSSH_9.2\r\n')),
      /^REDIS_URL leads to an SSH server, which is no Redis\./,
    );
  }),
  situation('REDIS_URL leads to a Sentinel, and to a Redis that is too old', async (site) => {
    const DATABASE_URL = await site.database();
    const port = await sentinel(site);
    await refusedWith(
      site,
      { DATABASE_URL, REDIS_URL: `redis://127.0.0.1:${port}` },
      /^REDIS_URL leads to a Sentinel\. Have it/,
    );
    await refusedWith(
      site,
      { DATABASE_URL, REDIS_URL: `redis://127.0.0.1:${await oldRedis(site)}` },
      /^REDIS_URL leads to Redis 5\.0\.7; the queues need 6\.2 or newer\.$/,
    );
  }),
  situation('ports and addresses that can’t be: of a URL, the same twice, in brackets', async (site) => {
    await refusedWith(
      site,
      { DATABASE_URL: 'postgres://bot:right@localhost:99999/record' },
      /^DATABASE_URL has the port 99999; ports are 1 to 65535\./,
    );
    await refusedWith(
      site,
      { DATABASE_URL: 'postgres://bot:ri#ght@localhost/record' },
      /^DATABASE_URL must look like .* %23/,
    );
    const port = String(await freePort());
    await refusedWith(
      site,
      {
        SLACK_MODE: 'http',
        SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99e85a5c0de1',
        PORT: port,
        HEALTH_PORT: port,
      },
      /^PORT and HEALTH_PORT are both \d+\. Set one of them to another port\.$/,
    );
    await refusedWith(
      site,
      { HEALTH_PORT: port, HEALTH_HOST: '[::1]' },
      /^HEALTH_HOST \[::1\] has brackets, which only URLs have\. Leave them out\.$/,
    );
  }),
  situation('the config file is a directory, is empty, or is not there', async (site) => {
    await refusedWith(
      site,
      { ML_INTERN_CONFIG: site.folder() },
      / is a directory and no file .*; it is the config file/,
    );
    await refusedWith(
      site,
      { ML_INTERN_CONFIG: '/dev/null' },
      /^\/dev\/null is empty; the config file has at least/,
    );
    await refusedWith(
      site,
      { ML_INTERN_CONFIG: '/nowhere.json' },
      /^\/nowhere\.json is not there; it is the config/,
    );
  }),
  situation(
    'DATA_DIR in a place where nothing can be made is told before anything is loaded',
    async (site) => {
      await refusedWith(
        site,
        { DATA_DIR: '/proc/nowhere/data' },
        /^\/proc\/nowhere\/data can't be made there\. Set/,
      );
      const directory = join(site.folder(), 'below', 'data');
      await refusedWith(site, { DATA_DIR: directory, LEASE_SECONDS: 'soon' }, /^LEASE_SECONDS must be/);
      assert.ok(!existsSync(join(directory, '..')), 'nothing is left of the attempt');
    },
  ),
  situation('addresses of IPv6: Postgres, Redis and the health port', async (site) => {
    const [postgres, redis] = await Promise.all([
      site.ownPostgres(['listen_addresses=127.0.0.1,::1']),
      site.ownRedis(['--bind', '127.0.0.1', '::1']),
    ]);
    const bot = await site.started({
      DATABASE_URL: postgres.url.replace('127.0.0.1', '[::1]'),
      REDIS_URL: redis.url.replace('127.0.0.1', '[::1]'),
      HEALTH_PORT: String(await freePort()),
      HEALTH_HOST: '::1',
    });
    await site.answers();
    return bot.isRunning;
  }),
];
