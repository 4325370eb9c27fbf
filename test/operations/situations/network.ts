import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { ForwardProxy } from '../../doubles/forward-proxy.ts';
import { ROOT } from '../../support/root.ts';
import { until } from '../../support/until.ts';
import { certificate } from '../certificate.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

const portOf = (url: string): number => Number(new URL(url).port);

async function proxyOf(site: Site): Promise<ForwardProxy> {
  const proxy = await ForwardProxy.start();
  site.onClear(() => proxy.close());
  return proxy;
}

/** Addresses of everything with names that only the proxy can look up: who does not ask it gets nowhere. */
function beyond(site: Site, proxy: ForwardProxy, protocol: 'http' | 'https') {
  const name = (host: string, port: number) => {
    proxy.names.set(`${host}.site.invalid`, port);
    return `${protocol}://${host}.site.invalid`;
  };
  const slack = name('slack', portOf(site.slack.apiUrl));
  const hub = name('hub', portOf(site.hub.url));
  const model = name('model', portOf(site.model.baseUrl));
  return {
    SLACK_API_URL: `${slack}/api/`,
    HF_ENDPOINT: hub,
    HF_DATASETS_SERVER: hub,
    MODEL_BASE_URL: `${model}/v1`,
    HF_MCP: 'true',
    HF_MCP_URL: `${protocol}://mcp.site.invalid/mcp`,
  };
}

/** The config, with addresses of the web that only the proxy can look up. */
function withWeb(site: Site): string {
  const folder = site.folder();
  cpSync(join(ROOT, 'configs'), folder, { recursive: true });
  const file = join(folder, 'main_agent_config.json');
  const config: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  config.web = {
    github_url: 'http://github.site.invalid',
    search_url: 'http://search.site.invalid/html',
    docs_url: 'http://docs.site.invalid',
    scholar_url: 'http://scholar.site.invalid',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Has the agent use tools that ask the web, and then answer. */
function askTheWeb(site: Site): void {
  site.model.script = ({ messages }) =>
    messages.at(-1)?.role === 'tool'
      ? { text: 'Aye, I have looked.' }
      : {
          calls: [
            { name: 'github_read_file', arguments: { repo: 'huggingface/trl', path: 'README.md' } },
            { name: 'web_search', arguments: { query: 'trl' } },
            { name: 'hf_papers', arguments: { operation: 'search', query: 'trl', date_from: '2024-01-01' } },
          ],
        };
}

/** Something that speaks TLS, and passes what it is told on to a server that does not. */
async function withTls(
  site: Site,
  port: number,
  { cert, key }: { cert: string; key: string },
): Promise<number> {
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
    const behind = connect(port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    socket.on('error', () => behind.destroy());
    behind.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  site.onClear(() => server.close());
  const address = server.address();
  return address instanceof Object ? address.port : 0;
}

export const NETWORK = [
  situation(
    'behind a proxy: everything that is asked over HTTP goes through it, sockets too',
    async (site) => {
      const proxy = await proxyOf(site);
      proxy.credentials = 'ada:p@ss';
      await site.started({
        ...beyond(site, proxy, 'http'),
        ML_INTERN_CONFIG: withWeb(site),
        HTTP_PROXY: proxy.url.replace('//', '//ada:p%40ss@'),
      });
      askTheWeb(site);
      await site.shows(site.ask('are you there?'), 'Aye, I have looked.');
      const hosts = ['slack', 'hub', 'model', 'mcp', 'github', 'search', 'scholar'].map(
        (name) => `${name}.site.invalid:80`,
      );
      const socket = `127.0.0.1:${portOf(site.slack.apiUrl)}`;
      const isThere = (target: string) => proxy.targets.includes(target);
      await until(
        () => `all targets; there are ${[...new Set(proxy.targets)].join(', ')}`,
        () => [...hosts, socket].every(isThere),
      );
    },
  ),
  situation('behind a proxy: Discord’s API and its gateway go through it', async (site) => {
    const proxy = await proxyOf(site);
    const discord = await site.discord();
    proxy.names.set('discord.site.invalid', portOf(discord.url));
    const bot = await site.started({
      ...beyond(site, proxy, 'http'),
      SLACK_BOT_TOKEN: '',
      SLACK_APP_TOKEN: '',
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: 'http://discord.site.invalid/api',
      HTTP_PROXY: proxy.url,
    });
    await bot.logs('listening to Discord');
    assert.ok(proxy.targets.includes('discord.site.invalid:80'));
    assert.ok(proxy.targets.includes(`127.0.0.1:${portOf(discord.url)}`), 'the gateway');
  }),
  situation('behind a proxy that looks into TLS: its authority from .env is trusted', async (site) => {
    const proxy = await proxyOf(site);
    const identity = certificate(site, '*.site.invalid');
    const addresses = beyond(site, proxy, 'https');
    for (const [name, port] of [...proxy.names]) proxy.names.set(name, await withTls(site, port, identity));
    const directory = site.folder();
    const lines = [
      `HTTPS_PROXY=${proxy.url}`,
      'HTTP_PROXY=${HTTPS_PROXY}',
      `NODE_EXTRA_CA_CERTS=${identity.cert}`,
    ];
    writeFileSync(join(directory, '.env'), lines.join('\n'));
    await site.started(addresses, { directory });
    await site.answers();
    assert.ok(proxy.targets.includes('slack.site.invalid:443'));
    assert.ok(proxy.targets.includes('model.site.invalid:443'));
    writeFileSync(join(directory, '.env'), lines.slice(0, 2).join('\n'));
    const bot = site.bot({ ...addresses, DATA_DIR: join(site.folder(), 'data') }, { directory });
    assert.equal((await bot.ends()).code, 1);
    assert.match(
      bot.said,
      /^SLACK_API_URL: Slack at slack\.site\.invalid shows a certificate that nobody known has signed .*NODE_EXTRA_CA_CERTS\.$/m,
    );
  }),
  situation('NO_PROXY: what it names is asked directly', async (site) => {
    const proxy = await proxyOf(site);
    await site.started({
      HTTP_PROXY: proxy.url,
      HTTPS_PROXY: proxy.url,
      no_proxy: 'other.example, 127.0.0.1',
    });
    await site.answers();
    assert.deepEqual(proxy.targets, []);
  }),
];
