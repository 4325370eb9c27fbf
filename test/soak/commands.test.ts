import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { housekeeping } from '../../src/db/schema/maintenance.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { events } from '../../src/db/schema/transcript.ts';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { describeOn, EVERYWHERE } from '../support/backends.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

describe('stop', () => {
  test('breaks off a model call that would never end, and the thread says who stopped it', async () => {
    await begin(() => ({ hangs: true }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await until('the model is asked', () => world.model.requests.length === 1);
    const status = await world.reply(asked, '⏳ *Working*');
    world.slack.click('U0GRACE', status, 'stop');
    await world.reply(asked, 'Stopped by Grace');
    expect(world.model.requests).toHaveLength(1);
  });

  test('cancels the job of the request, and nobody is told of it as news', async () => {
    await begin(callOnce(runJob));
    world.hub.course = () => ({ queueMs: 0, runMs: 60_000, lines: ['working'] });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
    world.slack.say('U0ADA', 'C0ML', 'stop', asked.ts);
    await world.reply(asked, '· cancelled');
    await world.reply(asked, 'Stopped by Ada');
    expect(world.hub.jobs[0]?.ended?.stage).toBe('CANCELED');
    expect(world.model.requests).toHaveLength(1);
  });

  test('leaves a history that the model accepts when people go on', async () => {
    await begin((request) =>
      lastText(request).includes('again') ? { text: 'from here on' } : callOnce(runJob)(request),
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await world.reply(asked, 'Run a Hugging Face Job');
    world.slack.say('U0ADA', 'C0ML', 'Stop.', asked.ts);
    await world.reply(asked, 'Stopped by Ada');
    world.slack.say('U0ADA', 'C0ML', 'once again', asked.ts);
    await world.reply(asked, 'from here on');
    expect(world.model.refusals).toEqual([]);
  });
});

describe('compact', () => {
  const summarised = (request: ChatCompletionRequest) =>
    lastText(request).includes('Write a summary') ? { text: 'They said a lot.' } : echo(request);

  async function talk(): Promise<SlackMessage> {
    const asked = world.slack.mention('U0ADA', 'C0ML', 'number 0');
    await world.reply(asked, 'heard: [Ada] number 0');
    for (let i = 1; i < 5; i++) {
      world.slack.say('U0ADA', 'C0ML', `number ${i}`, asked.ts);
      await world.reply(asked, `heard: [Ada] number ${i}`);
    }
    return asked;
  }

  test('puts a summary in the place of the middle, and undo brings it back', async () => {
    await begin(summarised);
    const asked = await talk();
    world.slack.say('U0ADA', 'C0ML', 'compact', asked.ts);
    await world.reply(asked, 'Compacted: 4 earlier messages');
    world.slack.say('U0ADA', 'C0ML', 'go on', asked.ts);
    await world.reply(asked, 'heard: [Ada] go on');
    const sent = JSON.stringify(world.model.requests.at(-1)?.messages);
    for (const kept of ['number 0', 'They said a lot', 'number 3', 'number 4']) expect(sent).toContain(kept);
    expect(sent).not.toContain('number 1');

    world.slack.say('U0ADA', 'C0ML', 'undo', asked.ts);
    await world.reply(asked, 'Undone');
    world.slack.say('U0ADA', 'C0ML', 'undo', asked.ts);
    await until('the note is gone', () => !world.describe(asked).includes('Compacted'));
    world.slack.say('U0ADA', 'C0ML', 'and now', asked.ts);
    await world.reply(asked, 'heard: [Ada] and now');
    const whole = JSON.stringify(world.model.requests.at(-1)?.messages);
    for (let i = 0; i < 5; i++) expect(whole).toContain(`number ${i}`);
    expect(whole).not.toContain('They said a lot');
  });

  test('is done by a model that calls tools whatever it is told, which then gets none', async () => {
    await begin((request) =>
      lastText(request).includes('Write a summary') && request.tools?.length
        ? { calls: [{ name: 'bash', arguments: { command: 'true' } }] }
        : summarised(request),
    );
    const asked = await talk();
    world.slack.say('U0ADA', 'C0ML', 'compact', asked.ts);
    await world.reply(asked, 'Compacted: 4 earlier messages');
    const summaries = world.model.requests.filter((request) => lastText(request).includes('Write a summary'));
    expect(summaries.map(({ tools = [] }) => tools.length > 0)).toEqual([true, false]);
  });

  test.each([
    ['half a summary', 'They said a'],
    ['a thought without an end', '<think>They said a lot, and'],
  ])('takes no %s for one', async (_name, text) => {
    await begin((request) =>
      lastText(request).includes('Write a summary') ? { text, finish: 'length' } : echo(request),
    );
    const asked = await talk();
    world.slack.say('U0ADA', 'C0ML', 'compact', asked.ts);
    await world.reply(asked, 'summary was cut at its limit. Nothing was changed');
    world.slack.say('U0ADA', 'C0ML', 'go on', asked.ts);
    await world.reply(asked, 'heard: [Ada] go on');
    expect(JSON.stringify(world.model.requests.at(-1)?.messages)).not.toContain('They said a');
  });

  test('changes nothing where there is too little, or where the model fails, and says so', async () => {
    await begin((request) =>
      lastText(request).includes('Write a summary') ? { error: { status: 401 } } : echo(request),
    );
    const asked = world.slack.mention('U0ADA', 'C0ML', 'number 0');
    await world.reply(asked, 'heard:');
    world.slack.say('U0ADA', 'C0ML', 'compact', asked.ts);
    await world.reply(asked, 'There is too little to compact yet');
    const other = await talk();
    world.slack.say('U0ADA', 'C0ML', 'compact', other.ts);
    await world.reply(other, 'The model provider refused our key');
    world.slack.say('U0ADA', 'C0ML', 'go on', other.ts);
    await world.reply(other, 'heard: [Ada] go on');
  });

  test('that would never end is broken off by stop', async () => {
    await begin((request) =>
      lastText(request).includes('Write a summary') ? { hangs: true } : echo(request),
    );
    const asked = await talk();
    const before = world.model.requests.length;
    world.slack.say('U0ADA', 'C0ML', 'compact', asked.ts);
    await until('the model is asked', () => world.model.requests.length > before);
    world.slack.say('U0ADA', 'C0ML', 'stop', asked.ts);
    world.slack.say('U0ADA', 'C0ML', 'go on', asked.ts);
    await world.reply(asked, 'heard: [Ada] go on');
    expect(world.describe(asked)).not.toContain('Compacted');
  });
});

test('undo takes back the last exchange, and the one before it when said again', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'first');
  await world.reply(asked, 'heard: [Ada] first');
  world.slack.say('U0ADA', 'C0ML', 'second', asked.ts);
  await world.reply(asked, 'heard: [Ada] second');
  world.slack.say('U0ADA', 'C0ML', 'undo', asked.ts);
  await until('the answer is gone', () => !world.describe(asked).includes('second'));
  expect(world.describe(asked)).toContain('first');
  world.slack.say('U0ADA', 'C0ML', 'undo', asked.ts);
  await until('the first is gone too', () => !world.describe(asked).includes('first'));
  world.slack.say('U0ADA', 'C0ML', 'third', asked.ts);
  await world.reply(asked, 'heard: [Ada] third');
  expect(JSON.stringify(world.model.requests.at(-1)?.messages.slice(1))).not.toMatch(/first|second/);
});

test('new starts with a fresh context in the same thread', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'my name is Bond');
  await world.reply(asked, 'my name is Bond');
  world.slack.say('U0ADA', 'C0ML', 'new', asked.ts);
  await world.reply(asked, 'Fresh context');
  world.slack.say('U0ADA', 'C0ML', 'who am I?', asked.ts);
  await world.reply(asked, 'heard: [Ada] who am I?');
  expect(JSON.stringify(world.model.requests.at(-1)?.messages)).not.toContain('Bond');
  expect(world.describe(asked)).toContain('my name is Bond');
});

test('status tells how things stand, and asks no model', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
  await world.reply(asked, 'heard: [Ada] hello');
  world.slack.say('U0ADA', 'C0ML', 'status', asked.ts);
  await world.reply(asked, 'Nothing to do: write what you need.');
  expect(world.model.requests).toHaveLength(1);
});

test('a message while a job runs is answered at once, and the end of the job is told when it comes', async () => {
  await begin((request) => {
    const text = lastText(request);
    if (text.includes('has ended')) return { text: `told: ${/COMPLETED|ERROR/.exec(text)?.[0]}` };
    if (text.includes('how is it going')) return { text: 'it runs' };
    return callOnce(runJob)(request);
  });
  world.hub.course = () => ({ queueMs: 0, runMs: 60_000, lines: ['working'] });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
  await world.reply(asked, '· running');
  world.slack.say('U0GRACE', 'C0ML', 'how is it going?', asked.ts);
  await world.reply(asked, 'it runs');
  const [job] = world.hub.jobs;
  if (job) world.hub.finish(job, 'COMPLETED');
  await world.reply(asked, 'told: COMPLETED');
  expect(world.hub.jobs).toHaveLength(1);
});

describeOn('after downtime', EVERYWHERE, (backend) => {
  test('what was said while nobody listened is read back and answered once', async () => {
    await begin(echo, { retryWaitsMs: [], backend });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'before');
    await world.reply(asked, 'heard: [Ada] before');
    await world.stop();
    world.slack.say('U0GRACE', 'C0ML', 'in the thread', asked.ts);
    world.slack.say('U0GRACE', 'C0ML', 'among ourselves');
    const other = world.slack.mention('U0LINUS', 'C0ML', 'a new thread');
    await world.start();
    await world.reply(asked, 'heard: [Grace] in the thread');
    await world.reply(other, 'heard: [Linus] a new thread');
    expect(world.model.requests).toHaveLength(3);
    await world.stop();
    await world.start();
    const last = world.slack.mention('U0ADA', 'C0OPS', 'and now');
    await world.reply(last, 'heard: [Ada] and now');
    expect(world.model.requests).toHaveLength(4);
  });
});

test('what was said while nobody listened is read back although Slack fails meanwhile, and one channel is closed to us', async () => {
  await begin(echo, { retryWaitsMs: [] });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'before');
  await world.reply(asked, 'heard: [Ada] before');
  const closed = world.slack.mention('U0ADA', 'C0OPS', 'elsewhere');
  await world.reply(closed, 'heard: [Ada] elsewhere');
  await world.stop();
  world.slack.say('U0GRACE', 'C0ML', 'in the thread', asked.ts);
  world.slack.faults.push(
    { method: 'conversations.replies', fault: 'not_in_channel' }, // the thread that was active last
    ...[503, 'internal_error', 'drop' as const].map((fault) => ({ method: 'conversations.replies', fault })),
  );
  await world.start();
  await world.reply(asked, 'heard: [Grace] in the thread');
});

test('what was said while the connection was broken, and Slack did not deliver again, is read back', async () => {
  await begin(echo, { retryWaitsMs: [] });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'before');
  await world.reply(asked, 'heard: [Ada] before');
  world.slack.disconnect();
  world.slack.say('U0ADA', 'C0ML', 'into the void', asked.ts);
  await world.reply(asked, 'heard: [Ada] into the void');
});

test('a session that nobody used is closed with a note soon after a start, and goes on when somebody writes', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'before');
  await world.reply(asked, 'heard: [Ada] before');
  await world.reply(asked, '✅ *Done*');
  await world.stop();
  const storage = await world.backend.open();
  expect(await storage.db.$count(events)).toBe(0); // nobody reads any
  const hours = { unused: 31 * 24, sinceLast: 2 };
  await storage.db.update(sessions).set({ updatedAt: sql`now() - make_interval(hours => ${hours.unused})` });
  await storage.db
    .update(housekeeping)
    .set({ doneAt: sql`now() - make_interval(hours => ${hours.sinceLast})` });
  await storage.close();
  await world.start();
  await world.reply(asked, 'Closed after 30 days');
  world.slack.say('U0ADA', 'C0ML', 'after', asked.ts);
  await world.reply(asked, 'heard: [Ada] after');
});
