import { afterEach, expect, test } from 'vitest';
import { Board } from '../support/board.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';
import { World, type WorldOptions } from '../support/world.ts';

let world: World | undefined;
afterEach(() => world?.close());

async function begin(configure?: WorldOptions['configure']): Promise<{ world: World; board: Board }> {
  const board = new Board();
  const made = await World.create('shared', {
    script: story,
    approvers: ['requester'],
    ...(configure ? { configure } : {}),
  });
  world = made;
  made.config.platforms = { ...made.config.platforms, board: {} } as typeof made.config.platforms;
  await made.startOn(() => board.isListening, ['chat', 'worker'], [board.definition]);
  return { world: made, board };
}

const seen = (board: Board, thread: string, text: string) =>
  until(
    () => `"${text}"; there is: ${board.shows(thread)}`,
    () => board.shows(thread).includes(text),
  );

const unseen = (board: Board, thread: string, times: number) =>
  until(
    () => `nothing is decided ${times} times; there is: ${board.shows(thread)}`,
    () => board.shows(thread).split('asked or changed after you wrote this').length === times + 1,
  );

test('one more platform, of an adapter alone, has the whole story', async () => {
  const { world: made, board } = await begin();
  made.hub.course = () => ({ queueMs: 300, runMs: 0, lines: ["{'eval_accuracy': 0.9284}"] });
  const thread = await board.say('ada', 'fine-tune a small model on stanfordnlp/imdb');
  await seen(board, thread, 'Run a Hugging Face Job on a10g-small');
  await seen(board, thread, '☑ Look at the dataset');
  await seen(board, thread, '[Approve]');

  // Who may decide is found out for it, too.
  await board.press('grace', thread, 'Approve');
  expect(board.told).toContainEqual({ person: 'grace', text: expect.stringContaining('may decide this') });
  expect(made.hub.jobs).toHaveLength(0);

  await board.press('ada', thread, 'Approve');
  await seen(board, thread, 'Approved by @ada');
  await seen(board, thread, '· running');
  await until('the job', () => made.hub.jobs.length === 1);
  const [job] = made.hub.jobs;
  if (job) made.hub.finish(job, 'COMPLETED');
  await seen(board, thread, '92.8 %');
  await seen(board, thread, '· done');
  await until('the reaction on the request', () => board.reactions.get(thread)?.has('done'));
  await board.say('ada', 'and which learning rate was that?', thread);
  await seen(board, thread, '5e-5');
});

test('it has forms, commands and the rules of who may use the bot, as the others do', {
  tags: 'long',
}, async () => {
  const { world: made, board } = await begin();
  const thread = await board.say('ada', 'fine-tune a small model on stanfordnlp/imdb');
  await seen(board, thread, '[Reject]');
  const asked = await board.press('ada', thread, 'Reject');
  if (asked.kind !== 'form') throw new Error(`it is answered with ${asked.kind}`);
  expect(asked.form.fields.map(({ label }) => label)).toEqual(['What should I do instead?']);
  expect(await board.submit('ada', thread, asked.form, { text: 'use less data' })).toEqual({ ok: true });
  await seen(board, thread, 'use less data');
  expect(made.hub.jobs).toHaveLength(0);

  const list = await board.command('ada', 'status');
  expect(JSON.stringify(list)).toContain(`#${thread}`);
  made.config.access.deny_people.push('linus');
  expect(await board.command('linus', 'status')).toMatchObject({
    kind: 'notice',
    text: expect.stringContaining('You may not use me here'),
  });
});

test('what waits is decided in words as by its buttons, by those who may, and as it was when they wrote', {
  tags: 'long',
}, async () => {
  const { world: made, board } = await begin();
  made.hub.course = () => ({ queueMs: 300, runMs: 60_000, lines: ['x'] });
  const thread = await board.say('ada', 'fine-tune a small model on stanfordnlp/imdb');
  await seen(board, thread, '[Approve]');
  await board.say('grace', 'approve', thread);
  await seen(board, thread, 'may decide this');
  // Words that were written before the card, or before it was changed, are not about it as it is.
  const hourAgo = new Date(Date.now() - 3_600_000);
  await board.say('ada', 'approve', thread, hourAgo);
  await unseen(board, thread, 1);
  const beforeChange = new Date();
  const script = await board.press('ada', thread, 'Script');
  if (script.kind !== 'form') throw new Error(`it is answered with ${script.kind}`);
  expect(await board.submit('ada', thread, script.form, { text: 'print(1)' })).toEqual({ ok: true });
  await board.say('ada', 'approve', thread, beforeChange);
  await unseen(board, thread, 2);
  expect(made.hub.jobs).toHaveLength(0);
  await board.say('ada', 'Approve', thread);
  await until('the job', () => made.hub.jobs.length === 1);
  await seen(board, thread, 'Approved by @ada');
  await board.say('ada', 'approve', thread);
  await seen(board, thread, 'Nothing waits for a decision here');
  expect(made.hub.jobs).toHaveLength(1);
});

test('and is rejected with a reason that the agent reads', { tags: 'long' }, async () => {
  const { world: made, board } = await begin();
  const thread = await board.say('ada', 'fine-tune a small model on stanfordnlp/imdb');
  await seen(board, thread, '[Approve]');
  await board.say('ada', 'reject: use less data', thread);
  await seen(board, thread, 'use less data');
  await until('the model reads why', () =>
    JSON.stringify(made.model.requests.at(-1)).includes('use less data'),
  );
  expect(made.hub.jobs).toHaveLength(0);
});

test('of two approvals that a cost needs each may be given in words, and the first says that one is missing', {
  tags: 'long',
}, async () => {
  const { world: made, board } = await begin(({ approvals }) => {
    approvals.second_above_usd = 0.5;
    approvals.second_approvers = ['grace'];
  });
  made.hub.course = () => ({ queueMs: 300, runMs: 60_000, lines: ['x'] });
  const thread = await board.say('ada', 'fine-tune a small model on stanfordnlp/imdb');
  await seen(board, thread, '[Approve]');
  await board.say('ada', 'approve', thread);
  await seen(board, thread, 'Approved by one of two');
  expect(board.shows(thread)).not.toContain('Approved: ');
  expect(made.hub.jobs).toHaveLength(0);
  await board.say('grace', 'approve', thread);
  await seen(board, thread, 'Approved: Run a Hugging Face Job');
  await until('the job', () => made.hub.jobs.length === 1);
});

test('where nobody can be told in private, what a closed thread should show comes once it is open', {
  tags: 'long',
}, async () => {
  const { world: made, board } = await begin();
  made.hub.course = () => ({ queueMs: 300, runMs: 60_000, lines: ['x'] });
  const thread = await board.say('ada', 'fine-tune a small model on stanfordnlp/imdb');
  await seen(board, thread, '[Approve]');
  board.isClosed = true;
  await board.press('ada', thread, 'Approve');
  await until('the job', () => made.hub.jobs.length === 1);
  await until('what is to be shown is refused', () => board.refusals > 0);
  await board.open();
  await seen(board, thread, 'Approved by @ada');
  await seen(board, thread, '· running');
});
