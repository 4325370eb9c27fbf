import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createArtifacts } from '../../src/hub/artifacts.ts';
import { createPushes } from '../../src/hub/pushes.ts';
import { hubToken } from '../../src/hub/token.ts';
import { HubDouble } from '../doubles/hub/server.ts';

let hub: HubDouble;
beforeAll(async () => {
  hub = await HubDouble.start();
});
beforeEach(() => {
  hub.repos.all.length = 0;
});
afterAll(() => hub.close());

const { signal } = new AbortController();
const TOKEN = hubToken('hf_token'); // ada's
const BEGAN = Date.now() - 60_000;
const ENDED = Date.now() + 60_000;
const during = { from: new Date(BEGAN), to: new Date(ENDED) };

const among = (...paths: readonly string[]) =>
  createPushes(hub.url, TOKEN)
    .among(
      paths.map((path) => `https://huggingface.co/${path}`),
      during,
      signal,
    )
    .then((all) => all.map(({ url }) => url));

test.each<[string, string, number, readonly string[]]>([
  ['by the account, meanwhile', 'ada', BEGAN, ['ada/m']],
  ['by somebody else', 'grace', BEGAN, []],
  ['by the account, before', 'ada', BEGAN - 1, []],
  ['by the account, afterwards', 'ada', ENDED + 1, []],
])('a commit %s', async (_when, user, at, found) => {
  hub.repos.push('model', 'ada/m', user, at);
  hub.repos.push('model', 'ada/m', 'grace', at); // the newest one is not all that is looked at
  expect(await among('ada/m')).toEqual(found.map((id) => `${hub.url}/${id}`));
});

test('each kind of repository is told, once, by its page', async () => {
  hub.repos.push('dataset', 'ada/rows', 'ada');
  hub.repos.push('space', 'ada/app', 'ada');
  expect(await among('datasets/ada/rows/tree/main', 'spaces/ada/app', 'datasets/ada/rows')).toEqual([
    `${hub.url}/datasets/ada/rows`,
    `${hub.url}/spaces/ada/app`,
  ]);
});

test('the commit that an address names counts', async () => {
  hub.repos.push('model', 'ada/m', 'ada');
  const [commit] = hub.repos.find('model', 'ada/m')?.commits ?? [];
  expect(await among(`ada/m/commit/${commit?.oid}`)).toEqual([`${hub.url}/ada/m`]);
});

test('each comes with the newest commit that the account made meanwhile', async () => {
  hub.repos.push('model', 'ada/m', 'ada', BEGAN);
  hub.repos.push('model', 'ada/m', 'ada', ENDED);
  hub.repos.push('model', 'ada/m', 'grace', ENDED);
  const [, own] = hub.repos.find('model', 'ada/m')?.commits ?? [];
  const found = await createPushes(hub.url, TOKEN).among(['https://huggingface.co/ada/m'], during, signal);
  expect(found).toEqual([{ url: `${hub.url}/ada/m`, commit: own?.oid }]);
});

test('of the bot’s own repositories nothing is told, whatever names them', async () => {
  hub.repos.push('space', 'ada/ml-intern-i1-s_other', 'ada');
  expect(await among('spaces/ada/ml-intern-i1-s_other')).toEqual([]);
});

test('what is no repository, or is not there, was not pushed to', async () => {
  expect(await among('jobs/ada/6a1f', 'buckets/ada/b', 'ada/gone')).toEqual([]);
});

test('the line that the product puts on a card is nobody’s push', async () => {
  hub.repos.add('model', 'ada/m', { 'README.md': '# M\n' });
  await createArtifacts(hub.url, TOKEN).collect(
    { id: 's_1', title: 'A try', collection: undefined },
    [`${hub.url}/ada/m`],
    signal,
  );
  expect(hub.repos.find('model', 'ada/m')?.commits).toHaveLength(2);
  expect(await among('ada/m')).toEqual([]);
});

test('where the Hub can’t say, that is told', async () => {
  hub.repos.push('model', 'ada/m', 'ada');
  hub.disturb = (_method, path) => (path.includes('/commits/') ? 500 : undefined);
  await expect(among('ada/m')).rejects.toThrow();
  hub.disturb = () => undefined;
});
