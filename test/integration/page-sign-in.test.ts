import { afterEach, describe, expect, test } from 'vitest';
import { signInPage } from '../support/sign-in-page.ts';

type Page = Awaited<ReturnType<typeof signInPage>>;
let page: Page | undefined;
afterEach(async () => {
  await page?.close();
  page = undefined;
});

async function open(people: readonly string[] = ['ada'], options = {}): Promise<Page> {
  page = await signInPage(people, options);
  return page;
}

describe('signing in with Hugging Face', () => {
  test.each([false, true])('tells whose name is listed who they are (public app: %s)', async (isPublic) => {
    const { browser, hub } = await open(['Ada'], { isPublic });
    const client = browser();
    const done = await client.signIn();
    expect(done.headers.location).toBe('/');
    expect((await client.get('/')).text).toContain('id="composer"');
    expect(JSON.parse((await client.get('/page/state')).text)).toMatchObject({ name: 'ada' });
    expect(hub.requests.map(({ path }) => path)).toContain('/oauth/userinfo');
  });

  test.each([
    ['is in an organisation that is listed', [{ name: 'acme', role: 'read' }], '/'],
    ['is in another one', [{ name: 'other', role: 'admin' }], '/?why=not-listed'],
    ['has no access in it', [{ name: 'acme', role: 'no_access' }], '/?why=not-listed'],
    [
      'may not act in it without its single sign-on',
      [{ name: 'acme', role: 'write', restricted: 'sso' }],
      '/?why=not-listed',
    ],
    ['has a name that only begins like it', [{ name: 'acme2', role: 'admin' }], '/?why=not-listed'],
  ] as const)('whoever %s is held against the list', async (_what, orgs, location) => {
    const { browser, hub, board } = await open(['acme']);
    hub.oauth.visitor = { name: 'grace', orgs };
    const client = browser();
    expect((await client.signIn()).headers.location).toBe(location);
    const isIn = location === '/';
    expect(board.hashes()).toHaveLength(isIn ? 1 : 0);
    const front = await client.get(location);
    expect(front.status).toBe(isIn ? 200 : 401);
    if (!isIn) expect(front.text).toContain('your account is not among them');
    expect((await client.get('/page/state')).status).toBe(isIn ? 200 : 401);
  });

  test('leads back to the thread whose link was followed', async () => {
    const { browser } = await open();
    expect((await browser().signIn('thread-12345')).headers.location).toBe('/?open=thread-12345');
  });

  test('comes to nothing where somebody does not want to be known, and says so', async () => {
    const { browser, hub } = await open();
    hub.oauth.visitor = { name: 'ada', denies: true };
    const client = browser();
    expect((await client.signIn()).headers.location).toBe('/?why=refused');
    expect((await client.get('/?why=refused')).text).toContain('The sign-in came to nothing');
  });

  test('says so where the Hub does not answer, and goes on once it does', async () => {
    const { browser, hub, logged } = await open();
    hub.faults.push({ path: /openid-configuration/, status: 503 });
    const client = browser();
    expect((await client.get('/page/sign-in')).headers.location).toBe('/?why=away');
    expect(logged()).toContain('nobody can sign in on the page now');
    expect((await client.signIn()).headers.location).toBe('/');
  });

  test('is known by a browser alone, as a cookie that no script reads', async () => {
    const { browser, board } = await open();
    const client = browser();
    const set = (await client.signIn()).headers['set-cookie'] ?? [];
    expect(set.at(-1)).toMatch(/^ml_intern=[0-9a-f]{64}; HttpOnly; SameSite=Lax; Path=\/; Max-Age=86400$/);
    expect(board.hashes().join()).not.toContain(client.cookie.split('=')[1]);
  });
});

describe('what comes back of a sign-in', () => {
  test('counts in the browser that began it, once', async () => {
    const { browser, board } = await open();
    const [one, other] = [browser(), browser()];
    const away = await one.get('/page/sign-in');
    const hub = await fetch(away.headers.location ?? '', { redirect: 'manual' });
    const back = new URL(hub.headers.get('location') ?? '');
    const path = `${back.pathname}${back.search}`;
    // Somebody else's browser is led there, to be signed in as who they are not.
    expect((await other.get(path)).headers.location).toBe('/?why=refused');
    const way = { cookie: (away.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '' };
    expect((await one.get(path, way)).headers.location).toBe('/');
    expect((await one.get(path, way)).headers.location).toBe('/?why=refused');
    expect(board.hashes()).toHaveLength(1);
  });

  test.each(['', '?code=1', '?code=1&state=2', '?error=server_error', `?code=${'x'.repeat(5_000)}`])(
    'is refused where it was made up: %s',
    async (query) => {
      const { browser, board } = await open();
      const answer = await browser().get(`/page/signed-in${query}`);
      expect(answer.headers.location).toBe('/?why=refused');
      expect(board.hashes()).toEqual([]);
    },
  );

  test('never leads to another site', async () => {
    const { browser } = await open();
    for (const open of ['https://evil.example', '//evil.example', '%2F%2Fevil.example', 'a b', '']) {
      const client = browser();
      const away = await client.get(`/page/sign-in?open=${open}`);
      const way = (away.headers['set-cookie']?.[0] ?? '').split(';')[0]?.split('=')[1] ?? '';
      expect(JSON.parse(Buffer.from(way, 'base64url').toString())).toMatchObject({ to: '/' });
    }
    // Nor by what somebody has put into the browser.
    const client = browser();
    const away = await client.get('/page/sign-in');
    const hub = await fetch(away.headers.location ?? '', { redirect: 'manual' });
    const back = new URL(hub.headers.get('location') ?? '');
    const [, held = ''] = /=([^;]+)/.exec(away.headers['set-cookie']?.[0] ?? '') ?? [];
    const begun = JSON.parse(Buffer.from(held, 'base64url').toString());
    const forged = Buffer.from(JSON.stringify({ ...begun, to: 'https://evil.example' })).toString(
      'base64url',
    );
    const answer = await client.get(`${back.pathname}${back.search}`, { cookie: `ml_intern_way=${forged}` });
    expect(answer.headers.location).toBe('/?why=refused');
  });
});

describe('who is signed in', () => {
  async function signedIn() {
    const { browser, url, ...more } = await open();
    const client = browser();
    await client.signIn();
    return { client, url, browser, ...more };
  }

  test('changes nothing for another page', async () => {
    const { client } = await signedIn();
    const said = { id: 'message-1', thread: 'message-1', text: 'hello' };
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ]) {
      expect((await client.post('/page/say', said, headers)).status, JSON.stringify(headers)).toBe(403);
      expect((await client.post('/page/sign-out', {}, headers)).status).toBe(403);
    }
  });

  test('is shown nothing in another page, and comes by a link from one', async () => {
    const { client } = await signedIn();
    const from = { 'sec-fetch-site': 'cross-site' };
    const visit = { ...from, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect((await client.get('/', visit)).status).toBe(200);
    expect((await client.get('/', { ...visit, 'sec-fetch-dest': 'iframe' })).status).toBe(403);
    expect((await client.get('/page/state', visit)).status).toBe(403);
    expect((await client.get('/page/sign-in', { ...from, 'sec-fetch-mode': 'no-cors' })).status).toBe(403);
  });

  test('is out once they sign out', async () => {
    const { client, board } = await signedIn();
    expect((await client.post('/page/sign-out', {})).status).toBe(200);
    expect(board.hashes()).toEqual([]);
    expect((await client.get('/page/state')).status).toBe(401);
  });

  test('is out once the settings name them no more', async () => {
    const { client, board, door } = await signedIn();
    expect(board.hashes()).toHaveLength(1);
    const { createHubDoor } = await import('../../adapters/web/hub-door.ts');
    const later = createHubDoor(
      { url: new URL(client.origin), people: ['grace'] },
      board,
      {} as never,
      { info() {}, warn() {} } as never,
    );
    const asked = { headers: { cookie: client.cookie }, url: '/' } as never;
    expect(await later.entry(asked, 'read')).toMatchObject({ refusal: { status: 401 } });
    expect(await door.entry(asked, 'read')).toMatchObject({ visitor: { person: { id: 'hf:ada' } } });
  });

  test('loads what the page is made of without being known, and nothing else', async () => {
    const { browser } = await open();
    expect((await browser().get('/page/base.css')).status).toBe(200);
    expect((await browser().get('/page/main.js')).status).toBe(200);
    for (const path of ['/page/index.html', '/page/events', '/page/file?message=x2345678', '/page/state']) {
      expect((await browser().get(path)).status, path).toBe(401);
    }
  });
});
