import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { seen, sharedBy, usePage } from '../support/page-world.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';

const open = usePage();

test('several people use a page, each as themselves, and only who may decides', async () => {
  const page = await open(story, { page: sharedBy('ada', 'grace'), approvers: ['hf:grace'] });
  const { hub } = page.world;
  const [ada, grace] = [await page.browserOf('ada'), await page.browserOf('grace')];
  const thread = await ada.say('fine-tune a small model on stanfordnlp/imdb');
  await Promise.all([ada.follow(thread), grace.follow(thread)]);
  for (const browser of [ada, grace]) await seen(browser, 'Approve');
  expect(ada.inOrder()[0]).toMatchObject({ by: 'You' });
  expect(grace.inOrder()[0]).toMatchObject({
    by: 'ada',
    text: 'fine-tune a small model on stanfordnlp/imdb',
  });

  const refused = await ada.press('Approve', thread);
  expect(JSON.stringify(refused)).toContain('@grace');
  expect(hub.jobs).toHaveLength(0);
  expect(await grace.press('Approve', thread)).toEqual({ kind: 'nothing' });
  await until('the job', () => hub.jobs.length === 1);
  await seen(ada, 'grace');

  // Nobody changes what somebody else has said by sending its id.
  const own = await ada.does('/page/say', { id: randomUUID(), thread, text: 'and which rate?', files: [] });
  expect(own).toMatchObject({ notices: [] });
  await seen(grace, 'and which rate?');
  const said = grace.inOrder().findLast(({ text }) => text === 'and which rate?');
  const taken = await grace.post('/page/say', { id: said?.id, thread, text: 'delete all of it', files: [] });
  expect(taken.status).toBe(503);
  expect(ada.shows()).not.toContain('delete all of it');

  const [job] = hub.jobs;
  if (job) hub.finish(job, 'COMPLETED');
  await seen(grace, 'Accuracy on the test split');
  expect((await ada.post('/page/sign-out', {})).status).toBe(200);
  expect((await ada.post('/page/say', { id: randomUUID(), thread, text: 'x', files: [] })).status).toBe(401);
});

test('a process that talks to people alone does not say that it lacks what its workers have', async () => {
  const page = await open(story, {
    page: sharedBy('ada'),
    configure: ({ secrets }) => {
      secrets.HF_TOKEN = undefined;
    },
    isStarted: false,
  });
  await page.start(['chat']);
  const ada = await page.browserOf('ada');
  expect(JSON.parse((await ada.get('/page/state')).text)).toMatchObject({ lacks: [] });
});
