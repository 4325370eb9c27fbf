import { describe, expect, test } from 'vitest';
import { schedules } from '../../src/db/schema/jobs.ts';
import { ping } from '../../src/jobs/pings.ts';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import type { JobCourse } from '../doubles/hub/job.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { ISOLATION } from '../support/isolation.ts';
import { callOnce, dollarJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

/* Notes that people have ordered for an hour of theirs: what a phone shows, and the tables below it. */

const NAME = 'IMDB baseline · lr 2e-5';
const script = callOnce({ ...dollarJob, arguments: { ...dollarJob.arguments, name: NAME } });

/** It has run for an hour, and is through. */
const DONE: JobCourse = {
  queueMs: 0,
  runMs: 3_600_000,
  agoMs: 3_600_000,
  lines: [`{'eval_accuracy': 0.9312, 'epoch': 1.0}`],
  stage: 'COMPLETED',
};

/** What comes at the hour of all notes that are ordered, while nobody runs the bot; then it goes on. */
async function theirHour(world: World, restart: () => Promise<void>): Promise<void> {
  await world.stop();
  const storage = await world.backend.open();
  try {
    for (const { sessionId, scope } of await storage.db.select().from(schedules)) {
      expect(await ping(storage.db, ISOLATION, sessionId, scope, new Date())).toBe(true);
    }
  } finally {
    await storage.close();
  }
  await restart();
}

describe('on Slack', () => {
  let world: World;
  const begin = useWorld((made) => {
    world = made;
  });

  const notes = (to = 'U0ADA') =>
    world.slack.pushes.flatMap((push) => (push.to === to && push.text.includes('note:') ? [push.text] : []));

  const captions = ({ blocks }: SlackMessage) =>
    (blocks as { type: string; caption?: string }[]).flatMap(({ caption }) => caption ?? []);

  const note = (asked: SlackMessage) =>
    until('the note', () => world.replies(asked).findLast(({ text }) => text.includes('note:')));

  test('a morning note comes at nine where its author is, by a sentence, with tables below it', async () => {
    await begin(script);
    world.hub.course = () => DONE;
    const done = world.slack.mention('U0ADA', 'C0ML', 'go');
    world.slack.click('U0ADA', await world.reply(done, 'Approve up to'), 'approve');
    await world.reply(done, 'is done');
    const open = world.slack.mention('U0GRACE', 'C0ML', 'go');
    await world.reply(open, 'Approve up to');
    const asked = world.slack.mention('U0ADA', 'C0ML', 'pings channel daily 9:00');
    await world.reply(
      asked,
      'every day at 9:00 Europe/Berlin. That is your time zone as your profile has it',
    );
    await theirHour(world, () => world.start());
    const shown = await note(asked);
    expect(notes()).toEqual([shown.text]);
    expect(shown.text).toMatch(
      /^<@U0ADA> (?:☀️ Morning|🗓️ Daily) note: 1 thing waits for Grace, IMDB baseline · lr 2e-5 is done \(accuracy 0\.9312\); \$1\.00 since \w{3} \d{1,2}:\d\d Europe\/Berlin\.$/,
    );
    expect(captions(shown)).toEqual(['Waits', 'Finished']);
    const tables = JSON.stringify(shown.blocks);
    expect(tables).toContain('approve $1.00');
    expect(tables).toContain('accuracy 0.9312');
    expect(tables).toContain('Grace');
  });

  test('whoever has muted notes finds them in the thread; one without news is a line that calls nobody', async () => {
    await begin(script);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'pings weekly monday 9:00');
    await world.reply(asked, 'on this channel every Monday at 9:00 Europe/Berlin');
    await theirHour(world, () => world.start());
    expect((await note(asked)).text).toMatch(
      /^🗓️ Weekly note: nothing needs you, and no job runs or has ended since \d+ \w{3} \d{1,2}:\d\d Europe\/Berlin\.$/,
    );
    world.slack.say('U0ADA', 'C0ML', 'mute digests', asked.ts);
    await world.reply(asked, 'Ada: daily and weekly notes no longer call you.');
    const open = world.slack.mention('U0GRACE', 'C0ML', 'go');
    await world.reply(open, 'Approve up to');
    await theirHour(world, () => world.start());
    await world.reply(asked, 'Weekly note: 1 thing waits for Grace');
    expect((await note(asked)).text).toMatch(
      /^🗓️ Weekly note: 1 thing waits for Grace; no cost since \w{3} \d{1,2}:/,
    );
    expect(notes()).toEqual([]);
  });
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const begin = useDiscord((made) => {
    on = made;
  });

  test('somebody is asked for their time zone once, and a phone shows a sentence and no table', async () => {
    await begin(script);
    on.world.hub.course = () => DONE;
    const done = on.discord.mention('ada', CHANNELS.ml, 'go');
    on.discord.click('ada', await on.reply(done.id, 'Approve up to'), 'approve');
    await on.reply(done.id, 'is done');
    const asked = on.discord.mention('ada', CHANNELS.ml, 'pings weekly monday 9:00');
    const question = await on.reply(asked.id, 'every Monday at 9:00 UTC. I don’t know your time zone');
    const berlin = flat(question.components).find(({ label }) => label === 'Europe/Berlin');
    on.discord.clickId('ada', question, berlin?.custom_id ?? '');
    await on.reply(asked.id, 'Europe/Berlin for you. Your note comes at the same hour there.');
    on.discord.say('ada', asked.id, 'pings');
    await on.reply(asked.id, 'every Monday at 9:00 Europe/Berlin. That is your time zone.');
    await theirHour(on.world, () => on.start());
    const card = await until('it is a card', () =>
      on
        .replies(asked.id)
        .find(({ components }) => flat(components).some(({ content }) => content?.includes('Weekly note'))),
    );
    const calls = on.discord.pushes.filter(
      ({ to, text }) => to === PEOPLE.ada.id && text.includes('Weekly note'),
    );
    expect(calls.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^<@\d+> 🗓️ Weekly note: IMDB baseline · lr 2e-5 is done \(accuracy 0\.9312\); \$1\.00 since \d+ \w{3} \d{1,2}:\d\d Europe\/Berlin\.$/,
      ),
    ]);
    await until('it shows its table', () => on.describe(asked.id).includes('```'));
    expect(card.content).toBe('');
  });
});
