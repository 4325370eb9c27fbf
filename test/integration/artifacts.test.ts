import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createArtifacts } from '../../src/hub/artifacts.ts';
import { hubToken } from '../../src/hub/token.ts';
import { HubDouble } from '../doubles/hub/server.ts';

let hub: HubDouble;
beforeAll(async () => {
  hub = await HubDouble.start();
});
beforeEach(() => {
  hub.repos.collections.length = 0;
  hub.repos.all.length = 0;
  hub.faults.length = 0;
});
afterAll(() => hub.close());

const CARD = '---\nlicense: mit\n---\n# A model\n';
const { signal } = new AbortController();
const collect = (urls: readonly string[], collection?: { slug: string; url: string; items: string[] }) =>
  createArtifacts(hub.url, hubToken('hf_token')).collect(
    { id: 's_1', title: 'A try', collection },
    urls,
    signal,
  );
const cardOf = (id: string) => hub.repos.find('model', id)?.files.get('README.md')?.toString();

test('what a session made is put into one collection, also where its name was lost', async () => {
  for (const id of ['ada/one', 'ada/two']) hub.repos.add('model', id, { 'README.md': CARD });
  const first = await collect([`${hub.url}/ada/one`, 'https://example.org/report']);
  expect(first).toMatchObject({
    problems: [],
    collection: { items: [`${hub.url}/ada/one`, 'https://example.org/report'] },
  });
  const second = await collect([`${hub.url}/ada/one`, `${hub.url}/ada/two`]); // as after a crash
  expect(second.collection?.slug).toBe(first.collection?.slug);
  expect(hub.repos.collections).toHaveLength(1);
  expect(hub.repos.collections[0]?.items.map(({ id }) => id)).toEqual(['ada/one', 'ada/two']);
  expect(cardOf('ada/two')).toContain('- ml-intern');
});

test('what the Hub is too busy for is left for another time, what it refuses is not tried again', {
  tags: 'long',
}, async () => {
  for (const id of ['ada/one', 'ada/two']) hub.repos.add('model', id, { 'README.md': CARD });
  const items = { method: 'POST', path: /\/items$/ };
  for (let i = 0; i < 4; i++) hub.faults.push({ ...items, status: 503 });
  const urls = [`${hub.url}/ada/one`, `${hub.url}/ada/gone`, `${hub.url}/ada/two`];
  const { collection, problems } = await collect(urls);
  expect(problems).toEqual([expect.stringContaining('ada/one'), expect.stringContaining('ada/gone')]);
  expect(collection?.items).toEqual(urls.slice(1));
  const again = await collect(urls.slice(0, 1), collection);
  expect(again).toMatchObject({ problems: [], collection: { items: [urls[1], urls[2], urls[0]] } });
});

test('a card that can’t be read stays as it is', async () => {
  hub.repos.add('model', 'ada/one', { 'README.md': CARD });
  hub.faults.push({ method: 'GET', path: /README\.md$/, status: 403 });
  hub.faults.push({ method: 'HEAD', path: /README\.md$/, status: 403 });
  const { problems } = await collect([`${hub.url}/ada/one`]);
  expect(problems).toHaveLength(1);
  expect(cardOf('ada/one')).toBe(CARD);
});
