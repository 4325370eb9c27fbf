import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isPublic } from '../../src/lib/addresses.ts';
import {
  canMakeNetworks,
  type Internet,
  openInternet,
  PRIVATE,
  PUBLIC,
} from '../support/internet/internet.ts';
import { ROOT } from '../support/root.ts';
import { hasBubblewrap } from '../support/sandboxes.ts';

/*
 * The bot's tools in a network of their own: hosts at addresses that are really public, a name server, and
 * at private addresses what must never be reached. Nothing of it is on the machine's own network.
 */

if (process.env.CI === 'true' && !canMakeNetworks) {
  throw new Error(
    'CI has to make networks of its own: it needs root, unshare (util-linux) and ip (iproute2)',
  );
}

let internet: Internet;
beforeAll(async () => {
  if (canMakeNetworks) internet = await openInternet();
}, 120_000);
afterAll(() => internet?.close());
beforeEach(async () => {
  if (!canMakeNetworks) return;
  await internet.pages({});
  await internet.hits();
  await internet.name('pypi.org', [PUBLIC.pypi]);
  await internet.name('files.pythonhosted.org', [PUBLIC.files]);
  await internet.name('example.com', [PUBLIC.page, PUBLIC.page6]);
  await internet.name('other.example.com', [PUBLIC.other]);
});

/** Where anything arrived that is not public. */
const trespasses = async () => (await internet.hits()).filter(({ at }) => !isPublic(at));

const bash = (command: string) => internet.tool('bash', { command, timeout_seconds: 60 });

const SPEAKING_CLIENT = readFileSync(join(ROOT, 'test/support/internet/speaking-client.mjs'), 'utf8');

/** What the sandbox's proxy says to a request for a tunnel. */
const CONNECT = (target: string) =>
  `exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT ${target} HTTP/1.1\\r\\nHost: ${target}\\r\\n\\r\\n' >&3; head -c 12 <&3`;

describe.skipIf(!canMakeNetworks)('what may be read', () => {
  test.each([
    ['by its name, over HTTPS', 'https://example.com/page', [PUBLIC.page, PUBLIC.page6]],
    ['by its name, without', 'http://example.com/page', [PUBLIC.page, PUBLIC.page6]],
    ['by its IPv4 address', `http://${PUBLIC.page}/page`, [PUBLIC.page]],
    ['by its IPv6 address', `http://[${PUBLIC.page6}]/page`, [PUBLIC.page6]],
    ['by an IPv4 address within IPv6', `http://[::ffff:${PUBLIC.page}]/page`, [PUBLIC.page]],
    ['at another port', 'http://example.com:8080/page', [PUBLIC.page, PUBLIC.page6]],
  ])('a page at a public address, %s', async (_how, url, addresses) => {
    expect(await internet.fetch(url)).toMatchObject({
      ok: true,
      text: expect.stringContaining('says hello'),
    });
    const hits = await internet.hits();
    expect(hits).toHaveLength(1);
    expect(addresses).toContain(hits[0]?.at);
  });

  test('where a redirect leads to another public host, without what is secret', async () => {
    const headers = { location: 'https://other.example.com/there' };
    await internet.pages({ '/from': { status: 302, headers } });
    const read = await internet.fetch('https://example.com/from', { authorization: 'Bearer secret' });
    expect(read).toMatchObject({ ok: true, text: 'other.example.com says hello' });
    const [from, there] = await internet.hits();
    expect(from?.authorization).toBe('Bearer secret');
    expect(there).toMatchObject({ at: PUBLIC.other, servername: 'other.example.com' });
    expect(there?.authorization).toBeUndefined();
  });

  test('there is no way out of this network, so none of it was the real internet', async () => {
    expect(await internet.fetch('http://9.9.9.9/')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('ENETUNREACH'),
    });
  });
});

/** Each leads to a place that answers, were it asked. */
const FORBIDDEN = [
  ...Object.values(PRIVATE).map((address) => `http://${address.includes(':') ? `[${address}]` : address}/`),
  ...['http://127.0.0.1/', 'http://127.1/', 'http://0177.0.0.1/', 'http://0x7f.0.0.1/', 'http://2130706433/'],
  ...['http://017700000001/', 'http://0x7f000001/', 'http://127.0.0.1./', 'http://0/', 'http://0.0.0.0/'],
  ...['http://0x0a000005/', 'http://167772165/', 'http://012.0.0.5/', 'http://10.5/', 'http://１０.0.0.5/'],
  ...['http://2852039166/', 'http://0xa9fea9fe/', 'http://0251.0376.0251.0376/', 'http://169.16689662/'],
  ...['http://[::1]/', 'http://[::]/', 'http://[::ffff:10.0.0.5]/', 'http://[::ffff:a9fe:a9fe]/'],
  ...['http://[::ffff:7f00:1]/', 'http://[0:0:0:0:0:ffff:127.0.0.1]/', 'http://[::127.0.0.1]/'],
  ...['http://[64:ff9b::a00:5]/', 'http://[2002:a00:5::1]/', 'http://[fe80::1]/', 'https://10.0.0.5/'],
  ...['http://localhost/', 'http://LOCALHOST:8080/', 'http://localhost./', 'http://a.localhost/'],
  ...['http://metadata/', 'http://metadata.google.internal/computeMetadata/v1/', 'http://instance-data/'],
  ...[
    'http://metadata.google.internal./',
    'http://wiki.corp/',
    'http://nas.local/',
    'http://router.home.arpa/',
  ],
  ...['http://private.example.com/', 'http://mixed.example.com/', 'http://mixed6.example.com/'],
  ...['http://mapped.example.com/', 'http://metadata.example.com/', 'http://azure.example.com/'],
  ...['http://ibm.example.com/', 'http://loopback.example.com:8080/', 'http://teredo.example.com/'],
];

describe.skipIf(!canMakeNetworks)('what may not', () => {
  beforeEach(async () => {
    for (const name of ['metadata', 'metadata.google.internal', 'instance-data', 'wiki.corp', 'nas.local']) {
      await internet.name(name, [PUBLIC.page]); // even where a name server says that it is public
    }
    await internet.name('router.home.arpa', [PRIVATE.home]);
    await internet.name('private.example.com', [PRIVATE.lan]);
    await internet.name('mixed.example.com', [PUBLIC.page, PRIVATE.lan]);
    await internet.name('mixed6.example.com', [PUBLIC.page, PRIVATE.aws6]);
    await internet.name('mapped.example.com', ['0:0:0:0:0:ffff:a00:5']);
    await internet.name('metadata.example.com', [PRIVATE.metadata]);
    await internet.name('azure.example.com', [PRIVATE.azure]);
    await internet.name('ibm.example.com', [PRIVATE.ibm]);
    await internet.name('loopback.example.com', ['127.0.0.1']);
    await internet.name('teredo.example.com', ['2001:0:a00:5::1']);
  });

  test.each(FORBIDDEN)('%s is not asked', async (url) => {
    expect(await internet.fetch(url)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is not an address'),
    });
    expect(await internet.hits()).toEqual([]);
  });

  test.each(FORBIDDEN)('a redirect does not lead to %s', async (location) => {
    await internet.pages({ 'example.com/from': { status: 307, headers: { location } } });
    expect(await internet.fetch('https://example.com/from')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('is not an address'),
    });
    expect((await internet.hits()).map(({ host }) => host)).toEqual(['example.com']);
  });

  test('a name that is public when it is looked up, and private a moment later, is only reached where it was public', async () => {
    for (let round = 0; round < 3; round++) {
      const name = `rebinding-${round}.example.com`;
      await internet.name(name, [PUBLIC.page], [PRIVATE.lan]);
      expect(await internet.fetch(`http://${name}/`)).toMatchObject({ ok: true });
      expect((await internet.hits()).map(({ at }) => at)).toEqual([PUBLIC.page]);
      expect(await internet.asked(name)).toBe(1);
    }
  });

  test('a second request to a name that has moved is judged anew', async () => {
    await internet.name('moving.example.com', [PUBLIC.page], [PRIVATE.lan]);
    await internet.pages({
      'moving.example.com/from': {
        status: 302,
        headers: { location: 'http://moving.example.com:8080/', connection: 'close' },
      },
    });
    expect(await internet.fetch('http://moving.example.com/from')).toMatchObject({ ok: false });
    expect(await trespasses()).toEqual([]);
  });
});

/** What an MCP server at example.com says of itself, and the authorization server that it names of itself. */
const described = (server: string, endpoints: object = {}) => ({
  'example.com/mcp': {
    status: 401,
    headers: { 'www-authenticate': 'Bearer resource_metadata="https://example.com/about"' },
  },
  'example.com/about': JSON_PAGE({ resource: 'https://example.com/mcp', authorization_servers: [server] }),
  '/.well-known/oauth-authorization-server': JSON_PAGE({
    issuer: server,
    authorization_endpoint: `${server}/authorize`,
    token_endpoint: `${server}/token`,
    registration_endpoint: `${server}/register`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
    ...endpoints,
  }),
  '/token': JSON_PAGE({ access_token: 'given', token_type: 'bearer' }),
});
const JSON_PAGE = (value: object) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

const SIGN_IN = { url: 'https://example.com/mcp', oauth: {} };
const OTHER = 'https://other.example.com';
const WITH_SECRET = {
  url: 'https://example.com/mcp',
  headers: { Authorization: 'Bearer of the server', 'X-Key': 'key of the server' },
  oauth: { grant: 'client_credentials', client_id: 'us', client_secret: 'of the client', issuer: OTHER },
};
const WITHIN = [PRIVATE.lan, PRIVATE.metadata, PRIVATE.azure, '127.0.0.1', `[${PRIVATE.aws6}]`];

describe.skipIf(!canMakeNetworks)('what an MCP server names', () => {
  test('is asked at public addresses, and without what is the server’s', async () => {
    await internet.pages(described(OTHER));
    await expect(internet.mcp(WITH_SECRET)).rejects.toThrow();
    const hits = await internet.hits();
    const there = hits.filter(({ host }) => host === 'other.example.com');
    expect(there.map(({ url }) => url)).toContain('/token');
    expect(there.map(({ key }) => key)).toEqual(there.map(() => undefined));
    expect(there.map(({ authorization }) => authorization)).not.toContain('Bearer of the server');
    expect(hits.find(({ url }) => url === '/mcp')).toMatchObject({
      authorization: 'Bearer of the server',
      key: 'key of the server',
    });
  });

  test('is asked a few times where it refuses whom it has let in, by either transport', async () => {
    await internet.pages(described(OTHER));
    await expect(internet.mcp(WITH_SECRET)).rejects.toThrow('after successful authentication');
    expect((await internet.hits()).length).toBeLessThan(12);
    const refused = described(OTHER)['example.com/mcp'];
    await internet.pages({
      ...described(OTHER),
      'example.com/mcp': { status: 404 },
      'GET example.com/mcp': refused,
    });
    await expect(internet.mcp(WITH_SECRET)).rejects.toThrow('Error POSTing');
    expect((await internet.hits()).length).toBeLessThan(30);
  });

  test.each(WITHIN)('is not asked at %s: its description', async (host) => {
    const headers = { 'www-authenticate': `Bearer resource_metadata="http://${host}/about"` };
    await internet.pages({ 'example.com/mcp': { status: 401, headers } });
    await expect(internet.mcp(SIGN_IN)).rejects.toThrow();
    expect(await trespasses()).toEqual([]);
  });

  test.each(WITHIN)('is not asked at %s: its authorization server', async (host) => {
    await internet.pages(described(`http://${host}`));
    await expect(internet.mcp(SIGN_IN)).rejects.toThrow();
    expect(await trespasses()).toEqual([]);
  });

  test.each(WITHIN)('is not asked at %s: where clients are registered', async (host) => {
    await internet.pages(described(OTHER, { registration_endpoint: `http://${host}/register` }));
    await expect(internet.mcp(SIGN_IN)).rejects.toThrow();
    expect(await trespasses()).toEqual([]);
  });

  test.each(WITHIN)('is not asked at %s: where tokens are given for the client’s secret', async (host) => {
    await internet.pages(described(OTHER, { token_endpoint: `http://${host}/token` }));
    await expect(internet.mcp(WITH_SECRET)).rejects.toThrow();
    expect(await trespasses()).toEqual([]);
  });

  test.each(WITHIN)('is not asked at %s: where it redirects to', async (host) => {
    const headers = { location: `http://${host}/mcp` };
    await internet.pages({ 'example.com/mcp': { status: 307, headers } });
    await expect(internet.mcp(SIGN_IN)).rejects.toThrow();
    await internet.pages({ ...described(OTHER), 'example.com/about': { status: 302, headers } });
    await expect(internet.mcp(SIGN_IN)).rejects.toThrow();
    expect(await trespasses()).toEqual([]);
  });

  test.each([
    ['a server at a private address', `http://${PRIVATE.lan}/mcp`, {}, true],
    ['a server on this machine', 'http://localhost:8080/mcp', {}, true],
    ['a server of which the config says so', 'https://mcp.example.com/mcp', { private: true }, true],
    ['a server whose name leads to a private address', 'https://mcp.example.com/mcp', {}, false],
  ])('may be private for %s', async (_whose, url, settings, isAsked) => {
    await internet.name('mcp.example.com', [PRIVATE.lan]);
    const headers = { 'www-authenticate': `Bearer resource_metadata="http://${PRIVATE.home}/about"` };
    await internet.pages({ '/mcp': { status: 401, headers } });
    await expect(internet.mcp({ url, oauth: {}, ...settings })).rejects.toThrow();
    const hits = await internet.hits();
    expect(hits.some(({ url: path }) => path === '/mcp')).toBe(true);
    expect(hits.some(({ at }) => at === PRIVATE.home)).toBe(isAsked);
  });
});

const hasPip = spawnSync('/usr/bin/python3', ['-m', 'pip', '--version']).status === 0;

describe.skipIf(!canMakeNetworks || !hasBubblewrap)(
  'from a sandbox, with the hosts that it may reach by default',
  () => {
    test.skipIf(!hasPip)('a package is installed', async () => {
      await internet.tool('write', { path: 'ca.pem', content: internet.ca });
      const pip =
        'python3 -m pip install --disable-pip-version-check --no-cache-dir --cert ca.pem --target lib tiny';
      const done = await bash(`${pip} && PYTHONPATH=lib python3 -c 'import tiny'`);
      expect(done).toMatchObject({ kind: 'done', output: expect.stringContaining('tiny is installed') });
      const hits = await internet.hits();
      expect(hits.map(({ at, servername }) => ({ at, servername }))).toEqual([
        { at: PUBLIC.pypi, servername: 'pypi.org' },
        { at: PUBLIC.files, servername: 'files.pythonhosted.org' },
      ]);
    });

    test.each([
      ['a private address', [PRIVATE.lan]],
      ['loopback', ['127.0.0.1']],
      ['a metadata service', [PRIVATE.metadata]],
      ['a metadata service that looks public', [PRIVATE.azure]],
      ['a public and a private address', [PUBLIC.pypi, PRIVATE.lan]],
      ['a private address of IPv6', [PRIVATE.aws6]],
      ['a mapped one', ['0:0:0:0:0:ffff:a00:5']],
    ])('an allowed name that leads to %s is not connected to', async (_kind, addresses) => {
      await internet.name('cdn.hf.co', addresses);
      expect(await bash(CONNECT('cdn.hf.co:443'))).toMatchObject({
        output: expect.stringMatching(/^HTTP\/1.1 403/),
      });
      expect(await trespasses()).toEqual([]);
    });

    test.each([
      'example.com:443',
      'pypi.org:80',
      'pypi.org.:443',
      '127.0.0.1:443',
      `${PUBLIC.pypi}:443`,
      'pypi.org@10.0.0.5:443',
      '[::1]:443',
      'evil-hf.co:443',
    ])('%s is not among them', async (target) => {
      expect(await bash(CONNECT(target))).toMatchObject({
        output: expect.stringMatching(/^HTTP\/1.1 40[03]/),
      });
      expect(await internet.hits()).toEqual([]);
    });

    test('an allowed name that is private a moment later is only reached where it was public', async () => {
      await internet.name('cdn.hf.co', [PUBLIC.page], [PRIVATE.lan]);
      expect(await bash(CONNECT('cdn.hf.co:443'))).toMatchObject({
        output: expect.stringMatching(/^HTTP\/1.1 200/),
      });
      expect(await internet.asked('cdn.hf.co')).toBe(1);
    });

    async function speak(what: { name?: string; bytes?: string; pieces?: number }) {
      await internet.tool('write', { path: 'client.mjs', content: SPEAKING_CLIENT });
      return bash(`/opt/proxy/node client.mjs '${JSON.stringify(what)}'`);
    }

    test.each([{ name: 'pypi.org' }, { name: 'PyPI.org' }, { name: 'pypi.org', pieces: 100 }])(
      'a client that names the host that it asked for is let through: %j',
      async (what) => {
        expect(await speak(what)).toMatchObject({ output: expect.stringContaining('pypi.org says hello') });
        expect(await internet.hits()).toMatchObject([{ at: PUBLIC.pypi, url: '/named' }]);
      },
    );

    test.each([
      { name: 'evil.example.com' },
      { name: 'example.com', pieces: 100 },
      { name: 'x.pypi.org' },
      { name: 'pypi.org.evil.example.com' },
      {},
      { bytes: 'GET /named HTTP/1.1\r\nHost: pypi.org\r\n\r\n' },
      { bytes: 'SSH-2.0-OpenSSH_9.2\r\n' },
      { bytes: '\u0016\u0003' },
    ])('one that names another, or none, is cut: %j', async (what) => {
      expect(await speak(what)).toMatchObject({ output: expect.not.stringContaining('hello') });
      expect(await internet.hits()).toEqual([]);
    });
  },
);
