import { describe, expect, test } from 'vitest';
import { describeOn, EVERYWHERE } from '../support/backends.ts';
import { callOnce, echo, runJob } from '../support/scripts.ts';
import { story } from '../support/story.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

test('over HTTP, mentions and clicks arrive and a wrong signature is turned away', async () => {
  await begin(callOnce(runJob), { mode: 'http' });
  world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['hello'], stage: 'COMPLETED' });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
  await world.reply(asked, '· done');

  const url = `http://127.0.0.1:${world.config.platforms.slack.port}`;
  const forged = await fetch(`${url}/slack/events`, {
    method: 'POST',
    body: JSON.stringify({ type: 'event_callback', event: { type: 'app_mention' } }),
    headers: {
      'content-type': 'application/json',
      'x-slack-signature': 'v0=00',
      'x-slack-request-timestamp': '1',
    },
  });
  expect(forged.status).toBe(401);
  expect(await (await fetch(`${url}/health`)).text()).toBe('ok\n');
});

test('a socket that Slack cuts is opened again, and what was said meanwhile is answered', async () => {
  await begin(echo);
  world.slack.disconnect();
  const asked = world.slack.mention('U0ADA', 'C0ML', 'still there?');
  await world.reply(asked, 'heard: [Ada] still there?');
});

describe('threads under trouble', () => {
  test('a post that arrived although its answer did not is found again, not made twice', async () => {
    await begin(echo);
    world.slack.faults.push({ method: 'chat.postMessage', fault: 'drop' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
    await world.reply(asked, '✅ *Done*');
    await world.reply(asked, 'heard: [Ada] hello');
    expect(world.replies(asked)).toHaveLength(2);
  });

  test('rate limits and server errors make edits late, never lost', async () => {
    await begin(echo);
    for (const fault of [429, 'internal_error', 503, 429]) {
      world.slack.faults.push({ method: 'chat.postMessage', fault }, { method: 'chat.update', fault });
    }
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
    await world.reply(asked, 'heard: [Ada] hello');
    await world.reply(asked, '✅ *Done*');
    expect(world.replies(asked)).toHaveLength(2);
  });

  test('under Slack’s own limits a long streaming answer brings no 429 and ends whole', async () => {
    const long = Array.from(
      { length: 60 },
      (_, i) => `Sentence number ${i} of a long answer, in words.`,
    ).join(' ');
    await begin(() => ({ text: long }), { rateScale: 1 });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'tell me everything');
    await world.reply(asked, 'Sentence number 59');
    await world.reply(asked, '✅ *Done*');
    expect(world.slack.calls.filter((call) => call.error === 'ratelimited')).toEqual([]);
  });

  test('content that Slack finds too long is split smaller instead of lost', async () => {
    const text = Array.from({ length: 300 }, (_, i) => `Line ${i} of the answer.`).join('\n');
    await begin(() => ({ text }));
    world.slack.faults.push({ method: 'chat.postMessage', fault: 'internal_error' });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
    await until('the status message is there', () => world.replies(asked)[0]);
    world.slack.faults.push({ method: 'chat.postMessage', fault: 'msg_blocks_too_long' });
    await world.reply(asked, 'Line 299 of the answer');
    expect(world.replies(asked).map(shown).join('\n')).toContain('Line 0 of the answer');
  });

  test('a message of the bot that somebody deleted is posted again when it changes', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    await begin((request) => ({ ...echo(request), until: mayAnswer }));
    const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
    const status = await world.reply(asked, '⏳ *Working*');
    world.slack.workspace.delete(status);
    answer();
    await world.reply(asked, '✅ *Done*');
  });
});

describeOn('a restart', EVERYWHERE, (backend) => {
  test('between approval and the end of the job loses nothing and repeats nothing', async () => {
    await begin(story, { backend });
    world.hub.course = () => ({
      queueMs: 0,
      runMs: 60_000,
      lines: ["{'eval_loss': 0.2, 'eval_accuracy': 0.928}"],
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'fine-tune on imdb');
    world.slack.click('U0ADA', await world.reply(asked, 'Run a Hugging Face Job'), 'approve');
    await world.reply(asked, '· running');
    await world.stop();
    const [job] = world.hub.jobs;
    if (job) world.hub.finish(job, 'COMPLETED');
    await world.start();
    await world.reply(asked, '92.8 %');
    await world.reply(asked, '✅ *Done*');
    world.slack.say('U0GRACE', 'C0ML', 'and which learning rate was that?', asked.ts);
    await world.reply(asked, '5e-5');
    expect(world.hub.jobs).toHaveLength(1);
    const keys = world.replies(asked).map((message) => message.metadata?.event_payload.key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test('a worker that is asked to stop in the middle of a model call hands the session over, and it is answered once', async () => {
  let isFirst = true;
  await begin((request) => {
    const isHanging = isFirst;
    isFirst = false;
    return isHanging ? { hangs: true } : echo(request);
  });
  const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
  await until('the model is asked', () => world.model.requests.length === 1);
  await world.stop();
  await world.start();
  await world.reply(asked, 'heard: [Ada] hello');
  expect(world.replies(asked).filter((message) => message.text.includes('heard:'))).toHaveLength(1);
});
