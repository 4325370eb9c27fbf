import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.ts';
import type { Service } from '../../support/services.ts';
import { TIMEOUT_MS } from '../bot.ts';
import { certificate } from '../certificate.ts';
import { refusal, refusedWith } from '../program.ts';
import { inDatabase, onServer, type Site } from '../site.ts';
import { situation } from '../situation.ts';

type Environment = Record<string, string>;

/** The server's URL for another user. */
function as(url: string, user: string, password = ''): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.toString();
}

/** A Postgres that asks everybody but its owner for a password. */
async function guarded(site: Site, ...settings: string[]): Promise<Service> {
  const rules = join(openFolder(site), 'pg_hba.conf');
  writeFileSync(
    rules,
    [
      'host all postgres 127.0.0.1/32 trust',
      'host all tls 127.0.0.1/32 reject',
      'hostssl all all 127.0.0.1/32 scram-sha-256',
      'host all all 127.0.0.1/32 scram-sha-256',
    ].join('\n'),
  );
  const postgres = await site.ownPostgres([`hba_file=${rules}`, ...settings]);
  await onServer(postgres.url, "create role bot login password 'right'");
  return postgres;
}

/** It waits for somebody, says so in one line, and starts once `arrive` is done. */
async function waits(
  site: Site,
  environment: Environment,
  who: RegExp,
  arrive: () => unknown,
): Promise<void> {
  const bot = site.bot(environment);
  const line = await bot.logs(/^something does not answer yet/, TIMEOUT_MS);
  assert.match(JSON.stringify(line.waitingFor), who);
  await arrive();
  await bot.logs('started', TIMEOUT_MS);
  assert.equal(bot.lines(/^something does not answer yet/).length, 1, bot.describe());
  assert.equal(bot.said, '');
  await site.answers();
}

export const STARTS = [
  situation(
    'wrong settings and refusals of servers are told together, a line each, and nothing starts',
    async (site) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      site.onClear(() => taken.close());
      const address = taken.address();
      const port = address instanceof Object ? address.port : 0;
      site.slack.tokenError = 'token_revoked';
      const bot = site.bot({
        LEASE_SECONDS: 'soon',
        DATABASE_URL: inDatabase(site.postgres.url, 'nowhere'),
        REDIS_URL: `${site.redisUrl}/999`,
        HEALTH_PORT: String(port),
        TZ: 'Mars/Phobos',
      });
      const lines = await refusal(bot);
      const names = ['TZ', 'LEASE_SECONDS', 'DATABASE_URL', 'REDIS_URL', 'HEALTH_PORT', 'SLACK_BOT_TOKEN'];
      assert.deepEqual(lines.map((line) => line.split(' ')[0]).sort(), names.sort());
      const { afterMs } = await bot.ended;
      return `${(afterMs / 1000).toFixed(1)} s`;
    },
  ),
  situation('Postgres refuses: database, user, password, and rights that are missing', async (site) => {
    const { url } = await guarded(site);
    await onServer(url, 'create database record');
    const record = inDatabase(url, 'record');
    await refusedWith(
      site,
      { DATABASE_URL: inDatabase(url, 'nope') },
      /^DATABASE_URL names a database that does not exist \(database "nope" does not exist\)\. Create it/,
    );
    await refusedWith(
      site,
      { DATABASE_URL: as(record, 'bot', 'wrong') },
      /^DATABASE_URL is refused: the user or the password is wrong\.$/,
    );
    await refusedWith(
      site,
      { DATABASE_URL: as(record, 'bot') },
      /^DATABASE_URL has no password, and the server asks for one\.$/,
    );
    await refusedWith(
      site,
      { DATABASE_URL: as(record, 'nobody', 'x') },
      /^DATABASE_URL is refused: the user or the password is wrong\.$/,
    );
    await refusedWith(site, { DATABASE_URL: as(record, 'tls', 'x') }, /^DATABASE_URL is refused: /);
    await refusedWith(
      site,
      { DATABASE_URL: as(record, 'bot', 'right') },
      /^DATABASE_URL: the user "bot" may not create the schemas ml_intern, ml_intern_migrations, bullmq in the database "record".*GRANT CREATE ON DATABASE "record" TO "bot"\.$/,
    );
    await onServer(url, 'grant create on database record to bot');
    await onServer(
      record,
      'create schema ml_intern; create table ml_intern.sessions (); grant all on schema ml_intern to bot',
    );
    await refusedWith(
      site,
      { DATABASE_URL: as(record, 'bot', 'right') },
      /^DATABASE_URL: the tables of the record \(ml_intern\.sessions\) belong to another user than "bot"/,
    );
  }),
  situation(
    'Postgres refuses: read-only, in recovery, in an encoding that can’t hold what people write',
    async (site) => {
      const postgres = await guarded(site);
      const { url } = postgres;
      await onServer(url, 'create database record; ');
      await onServer(url, 'grant create on database record to bot');
      await onServer(url, 'alter role bot set default_transaction_read_only = on');
      await refusedWith(
        site,
        { DATABASE_URL: as(inDatabase(url, 'record'), 'bot', 'right') },
        /^DATABASE_URL leads to a database that is read-only for "bot"/,
      );
      await onServer(url, "create database latin encoding 'LATIN1' template template0");
      await refusedWith(
        site,
        { DATABASE_URL: inDatabase(url, 'latin') },
        /^DATABASE_URL leads to a database in LATIN1/,
      );
      writeFileSync(join(postgres.directory, 'data/standby.signal'), '');
      chownSync(join(postgres.directory, 'data/standby.signal'), ...ownerOfServers());
      postgres.kill();
      await postgres.restart();
      await refusedWith(
        site,
        { DATABASE_URL: url },
        /^DATABASE_URL leads to a server in recovery \(a standby\)/,
      );
    },
  ),
  situation(
    'Postgres with TLS: a server without it, a certificate that nobody signed, and both ways of trusting it',
    async (site) => {
      await refusedWith(
        site,
        { DATABASE_URL: `${site.postgres.url}?sslmode=require` },
        /^DATABASE_URL asks for TLS, which the server does not speak\. Set sslmode=disable/,
      );
      const { cert, key } = certificate(site);
      const postgres = await site.ownPostgres([
        'ssl=on',
        `ssl_cert_file=${givenToServers(cert)}`,
        `ssl_key_file=${givenToServers(key)}`,
      ]);
      const url = postgres.url.replace('127.0.0.1', 'localhost');
      await refusedWith(
        site,
        { DATABASE_URL: `${url}?sslmode=verify-full` },
        /^DATABASE_URL: the server shows a certificate that nobody known has signed.*NODE_EXTRA_CA_CERTS/,
      );
      for (const mode of [
        'sslmode=no-verify',
        `sslmode=verify-full&sslrootcert=${cert}`,
        'sslmode=require',
      ]) {
        const bot = await site.started({
          DATABASE_URL: `${url}?${mode}`,
          ...(mode === 'sslmode=require' ? { NODE_EXTRA_CA_CERTS: cert } : {}),
        });
        assert.equal(bot.said, '', 'no warning of the client');
        await bot.stop();
      }
    },
  ),
  situation('Redis refuses: password, replica, cluster, full, eviction, TLS on either side', async (site) => {
    const database = { DATABASE_URL: await site.database() };
    const on = async (options: readonly string[], expected: RegExp, change = (url: string) => url) => {
      const redis = await site.ownRedis(options);
      await refusedWith(site, { ...database, REDIS_URL: change(redis.url) }, expected);
    };
    await on(['--requirepass', 'right'], /^REDIS_URL has no password, and the server asks for one/);
    await on(
      ['--requirepass', 'right'],
      /^REDIS_URL is refused: the user or the password is wrong\.$/,
      (url) => as(url, '', 'wrong'),
    );
    const replica = await site.ownRedis();
    execFileSync('redis-cli', ['-p', String(replica.port), 'replicaof', '127.0.0.1', '1']);
    await refusedWith(site, { ...database, REDIS_URL: replica.url }, /^REDIS_URL leads to a replica/);
    await on(['--cluster-enabled', 'yes'], /^REDIS_URL leads to a Redis cluster/);
    await on(['--maxmemory', '1'], /^REDIS_URL leads to a Redis that is full\./);
    await on(
      ['--maxmemory-policy', 'allkeys-lru'],
      /^REDIS_URL leads to a Redis with maxmemory-policy allkeys-lru/,
    );
    await on([], /^REDIS_URL asks for TLS, which the server does not speak/, (url) =>
      url.replace('redis:', 'rediss:'),
    );
    await on([], /^REDIS_URL names a database that the server does not have/, (url) => `${url}/999`);
    const { cert, key } = certificate(site);
    const port = String(await freePort());
    await site.ownRedis([
      '--tls-port',
      port,
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      cert,
      '--tls-auth-clients',
      'no',
    ]);
    await refusedWith(
      site,
      { ...database, REDIS_URL: `redis://127.0.0.1:${port}` },
      /^REDIS_URL leads to a server that speaks TLS\. Begin it with rediss/,
    );
    await refusedWith(
      site,
      { ...database, REDIS_URL: `rediss://127.0.0.1:${port}` },
      /^REDIS_URL: the server shows a certificate that nobody known has signed.*NODE_EXTRA_CA_CERTS/,
    );
    await site.started({ ...database, REDIS_URL: `rediss://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: cert });
    await site.answers();
  }),
  situation('tokens that were revoked are refused by name: Slack, Discord, the Hub', async (site) => {
    site.slack.tokenError = 'account_inactive';
    await refusedWith(
      site,
      {},
      /^SLACK_BOT_TOKEN was refused by Slack \(account_inactive\)\. Reinstall the app/,
    );
    site.slack.tokenError = undefined;
    site.slack.disturb = (method) =>
      method === 'apps.connections.open' ? 'not_allowed_token_type' : undefined;
    await refusedWith(site, {}, /^SLACK_APP_TOKEN was refused by Slack \(not_allowed_token_type\)/);
    site.slack.disturb = () => undefined;
    const discord = await site.discord();
    const environment = { DISCORD_API_URL: `${discord.url}/api`, SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: '' };
    await refusedWith(
      site,
      { ...environment, DISCORD_TOKEN: 'a.wrong.token' },
      /^DISCORD_TOKEN was refused by Discord\./,
    );
    discord.gateway.allowsMessageContent = false;
    await refusedWith(
      site,
      { ...environment, DISCORD_TOKEN: discord.token },
      /^Discord refused the "Message Content" intent\. Turn it on/,
    );
    site.hub.disturb = (_method, path) => (path === '/api/whoami-v2' ? 401 : undefined);
    await refusedWith(site, {}, /^HF_TOKEN is refused by the Hub \(401\)/);
  }),
  situation('a port that is taken, and an address that is not of this machine', async (site) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    site.onClear(() => taken.close());
    const address = taken.address();
    const port = String(address instanceof Object ? address.port : 0);
    const http = { SLACK_MODE: 'http', SLACK_SIGNING_SECRET: '8f742231b10e8888abcd99e85a5c0de1' };
    await refusedWith(
      site,
      { ...http, PORT: port },
      new RegExp(`^PORT ${port} is taken by another program\\. Stop that one`),
    );
    await refusedWith(
      site,
      { ...http, HOST: '192.0.2.1', PORT: String(await freePort()) },
      /^HOST 192\.0\.2\.1 is no address of this machine/,
    );
    await refusedWith(site, { HEALTH_PORT: port }, new RegExp(`^HEALTH_PORT ${port} is taken`));
  }),
  situation('too few open files are told with the remedy', async (site) => {
    const bot = site.bot(
      {},
      { program: 'sh', options: ['-c', 'ulimit -n 128 && exec "$@"', 'sh', process.execPath] },
    );
    const [line = ''] = await refusal(bot);
    assert.match(
      line,
      /^This process may open 128 files and connections \(ulimit -n\), and needs at least 256\. Raise the limit/,
    );
  }),
  situation(
    'Postgres is away at the start: waited for in one line, and it starts once it answers',
    async (site) => {
      const postgres = await site.ownPostgres();
      postgres.kill();
      await waits(
        site,
        { DATABASE_URL: postgres.url },
        /Postgres at 127\.0\.0\.1:\d+ \(DATABASE_URL\): ECONNREFUSED/,
        () => postgres.restart(),
      );
    },
  ),
  situation(
    'Redis is away at the start: waited for in one line, and it starts once it answers',
    async (site) => {
      const redis = await site.ownRedis();
      redis.kill();
      const environment = { DATABASE_URL: await site.database(), REDIS_URL: redis.url };
      await waits(site, environment, /Redis at 127\.0\.0\.1:\d+ \(REDIS_URL\): ECONNREFUSED/, () =>
        redis.restart(),
      );
    },
  ),
  situation(
    'Slack is away at the start: waited for in one line, and it starts once it answers',
    async (site) => {
      site.slack.disturb = () => 'drop';
      await waits(site, {}, /Slack at 127\.0\.0\.1:\d+: /, () => {
        site.slack.disturb = () => undefined;
      });
    },
  ),
  situation('Slack answers 503 at the start: waited for, and SIGTERM ends the waiting', async (site) => {
    site.slack.disturb = () => 503;
    const bot = site.bot();
    await bot.logs(/^something does not answer yet/, TIMEOUT_MS);
    assert.equal((await bot.stop()).code, 0);
  }),
  situation('the Hub is away at the start: told once, and the bot starts without it', async (site) => {
    site.hub.disturb = () => 503;
    const bot = await site.started();
    await bot.logs(/^the bot starts though the Hub does not answer/);
    await site.answers();
  }),
];

/** The user that servers run as: Postgres refuses to be root. */
function ownerOfServers(): [user: number, group: number] {
  if (process.getuid?.() !== 0) return [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return [id('-u'), id('-g')];
}

/** Postgres wants its key to itself. */
function givenToServers(file: string): string {
  chownSync(file, ...ownerOfServers());
  return file;
}

/** A folder that servers may look into. */
function openFolder(site: Site): string {
  const folder = site.folder();
  chmodSync(folder, 0o755);
  return folder;
}
