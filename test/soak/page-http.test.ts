import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { HOSTILE } from '../support/hostile-page.ts';
import { PageClient, type PageMessage } from '../support/page-client.ts';
import { type PageWorld, seen, usePage } from '../support/page-world.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';

const open = usePage();

const STREAMS = ['/page/events', '/page/elsewhere/events?session=x'];
const PAGE_PATHS = [
  ...STREAMS,
  '/',
  '/page/main.js',
  '/page/state',
  '/page/file?message=x',
  '/page/elsewhere',
  '/page/elsewhere/file?session=x&file=y',
];
const WRITES = ['/page/say', '/page/click', '/page/submit', '/page/command'];

const NEEDED: Readonly<Record<string, RegExp>> = {
  'content-security-policy':
    /^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'$/,
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'cache-control': /^no-store$/,
};

test('who is not signed in gets nothing, and who is gets it with a policy that runs nothing from elsewhere', async () => {
  const page = await open(story);
  const stranger = new PageClient(page.port);
  for (const path of PAGE_PATHS) expect(await stranger.get(path)).toMatchObject({ status: 401 });
  for (const path of WRITES) expect(await stranger.post(path, {})).toMatchObject({ status: 401 });
  expect(await stranger.get(`/?token=${'0'.repeat(64)}`)).toMatchObject({ status: 401 });

  const token = new URL(page.address()).searchParams.get('token') ?? '';
  const client = await page.browser();
  for (const path of PAGE_PATHS.filter((one) => !STREAMS.includes(one))) {
    const { status, headers, text } = await client.get(path);
    expect(status).toBe(/file\?/.test(path) ? 404 : 200);
    for (const [name, is] of Object.entries(NEEDED)) expect(headers[name], `${name} of ${path}`).toMatch(is);
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|style=|https?:\/\/(?!huggingface\.co)/);
  }
  // A token signs one browser in.
  const second = new PageClient(page.port);
  expect(await second.get(`/?token=${token}`)).toMatchObject({ status: 401 });
  await second.enter(page.address());
  expect(await second.get('/')).toMatchObject({ status: 200 });
});

test('what other pages of the browser ask with its cookie is refused, and does nothing', async () => {
  const page = await open(story);
  const client = await page.browser();
  const id = randomUUID();
  const said = { id, thread: id, text: 'hello', files: [] };
  const refused: Record<string, string>[] = [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${page.port + 1}`, 'sec-fetch-site': 'same-site' },
    { host: `evil.example:${page.port}`, origin: `http://evil.example:${page.port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'x-forwarded-for': '192.0.2.1' },
  ];
  for (const headers of refused) {
    for (const path of WRITES) expect(await client.post(path, said, headers)).toMatchObject({ status: 403 });
  }
  expect(await client.get('/page/state', { host: `evil.example:${page.port}` })).toMatchObject({
    status: 403,
  });
  // A form of another page sends text.
  expect(await client.post('/page/say', said, { 'content-type': 'text/plain' })).toMatchObject({
    status: 400,
  });
  expect(page.world.model.requests).toHaveLength(0);
  await client.follow(id);
  await until('the first event', () => client.events.length > 0);
  expect(client.messages.size).toBe(0);
});

/** What somebody has seen of a thread in the end, with nothing about when. */
const seenIn = (client: PageClient): PageMessage[] => client.inOrder();

async function told(page: PageWorld): Promise<{ client: PageClient; thread: string }> {
  const client = await page.browser();
  const thread = await client.say('fine-tune a small model on stanfordnlp/imdb');
  await client.follow(thread);
  await seen(client, 'Approve');
  return { client, thread };
}

test('a connection that breaks goes on where it was, without a gap and without doubles', async () => {
  const page = await open(story, { approvers: ['requester'] });
  page.world.hub.course = () => ({ queueMs: 300, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"] });
  const { client, thread } = await told(page);
  const whole = await page.browser();
  await whole.follow(thread);

  client.breakOff();
  const before = client.events.length;
  await client.press('Approve', thread);
  await until('the job', () => page.world.hub.jobs.length === 1);
  for (const job of page.world.hub.jobs) page.world.hub.finish(job, 'COMPLETED');
  await seen(whole, 'Accuracy on the test split: 92.8 %');
  await until('it is idle', () => whole.threads.get(thread)?.standing === 'idle');
  expect(client.events).toHaveLength(before);

  const versions = client.events.map(({ version }) => version);
  const from = Number(client.lastEventId);
  await client.follow(thread);
  await seen(client, 'Accuracy on the test split: 92.8 %');
  await until('both have seen the same', () => client.lastEventId === whole.lastEventId);
  expect(seenIn(client)).toEqual(seenIn(whole));
  expect(client.events.map(({ version }) => version).slice(0, versions.length)).toEqual(versions);
  // What was seen before is not told again.
  for (const { version } of client.events.slice(before)) expect(version).toBeGreaterThan(from);
  expect(new Set(client.inOrder().map(({ place }) => place)).size).toBe(client.inOrder().length);
});

test('a restart of the program ends nothing: the browser is still signed in, and sees what came meanwhile', async () => {
  const page = await open(story, { approvers: ['requester'] });
  page.world.hub.course = () => ({ queueMs: 300, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"] });
  const { client, thread } = await told(page);
  await client.press('Approve', thread);
  await until('the job', () => page.world.hub.jobs.length === 1);
  await page.world.stop();
  client.breakOff();
  for (const job of page.world.hub.jobs) page.world.hub.finish(job, 'COMPLETED');
  await page.start();

  await client.follow(thread);
  await seen(client, 'Accuracy on the test split: 92.8 %');
  const fresh = await page.browser();
  await fresh.follow(thread);
  await until('both have seen the same', () => fresh.lastEventId === client.lastEventId);
  expect(seenIn(client)).toEqual(seenIn(fresh));
  expect(page.world.hub.jobs).toHaveLength(1);
});

test('what is sent again, because nobody answered, is said once', async () => {
  const page = await open(story, { approvers: ['requester'] });
  const client = await page.browser();
  const id = randomUUID();
  const said = { id, thread: id, text: 'fine-tune a small model on stanfordnlp/imdb', files: [] };
  const answers = await Promise.all([1, 2, 3].map(() => client.post('/page/say', said)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await client.follow(id);
  await seen(client, 'Approve');
  expect(client.inOrder().filter(({ by }) => by !== undefined)).toEqual([
    expect.objectContaining({ id, text: said.text, isTaken: true }),
  ]);
  // Nor can a message of one thread be made one of another.
  expect((await client.post('/page/say', { ...said, thread: randomUUID() })).status).toBe(503);
});

test('whatever a model says, a browser is sent letters and nodes that are known', async () => {
  const text = HOSTILE.join('\n\n');
  const page = await open(() => ({ text }));
  const client = await page.browser();
  const thread = await client.say(text);
  await client.follow(thread);
  await seen(client, '<script>alert(1)</script>');
  await until('it is over', () => client.threads.get(thread)?.standing === 'idle');
  const sent = JSON.stringify(client.events);
  expect(sent).not.toMatch(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
  for (const [, href = ''] of sent.matchAll(/"href":"([^"]*)"/g)) expect(href).toMatch(/^https?:\/\/|^\/#/);
});

test('files go with a message, and those of the bot are had by who may see the thread', async () => {
  const page = await open(story, { approvers: ['requester'] });
  const client = await page.browser();
  const base64 = Buffer.from('a,b\n1,2\n').toString('base64');
  const thread = await client.say('fine-tune a small model on stanfordnlp/imdb', undefined, [
    { name: 'rows.csv', base64 },
  ]);
  await client.follow(thread);
  await seen(client, 'request-');
  expect(client.messages.get(thread)).toMatchObject({ files: ['rows.csv'], isTaken: true });
  const file = client.inOrder().find(({ kind }) => kind === 'file');
  const { status, headers, text } = await client.get(`/page/file?message=${file?.id}`);
  expect(status).toBe(200);
  expect(text).toContain('AutoModelForSequenceClassification');
  expect(headers['content-type']).toBe('application/octet-stream');
  expect(headers['content-disposition']).toMatch(/^attachment; filename\*=UTF-8''request-[\w-]+\.txt$/);
  // What is no message of the bot with a file is no file.
  for (const id of [thread, 'x', '%00', '../../etc/passwd']) {
    expect(await client.get(`/page/file?message=${id}`)).toMatchObject({ status: 404 });
  }
});
