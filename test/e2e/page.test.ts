import { expect, test } from 'vitest';
import { seen, usePage } from '../support/page-world.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';

const open = usePage();

test('the whole story is played on the page, in two browsers at once', async () => {
  const page = await open(story, { approvers: ['requester'] });
  const { hub } = page.world;
  hub.course = () => ({
    queueMs: 300,
    runMs: 0,
    lines: ["{'loss': 0.61}", "{'loss': 0.42}", "{'loss': 0.31}", "{'eval_accuracy': 0.9284}"],
  });
  const [one, other] = [await page.browser(), await page.browser()];
  const thread = await one.say('fine-tune a small model on stanfordnlp/imdb');
  await Promise.all([one.follow(thread), other.follow(thread)]);
  for (const browser of [one, other]) {
    await seen(browser, 'Run a Hugging Face Job on a10g-small');
    await seen(browser, '☑ Look at the dataset');
    await seen(browser, 'Approve');
    await until('it is shown to wait', () => browser.threads.get(thread)?.standing === 'waiting');
  }
  expect(hub.jobs).toHaveLength(0);

  const [first, second] = await Promise.all([one.press('Approve', thread), other.press('Approve', thread)]);
  const kinds = [first.kind, second.kind].sort();
  expect(kinds, JSON.stringify([first, second])).toEqual(['nothing', 'notice']);
  await until('the job', () => hub.jobs.length === 1);
  await seen(other, '· running');
  const [job] = hub.jobs;
  if (job) hub.finish(job, 'COMPLETED');
  for (const browser of [one, other]) {
    await seen(browser, 'Accuracy on the test split: 92.8 %');
    await seen(browser, '· done');
    await until('it is shown to be idle', () => browser.threads.get(thread)?.standing === 'idle');
  }
  await other.say('and which learning rate was that?', thread);
  for (const browser of [one, other]) await seen(browser, '5e-5');
  await until('both show the same', () => one.shows() === other.shows());
  expect(hub.jobs).toHaveLength(1);
});
