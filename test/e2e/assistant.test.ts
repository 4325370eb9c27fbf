import { describe, expect, test } from 'vitest';
import { exportFeedback, type FeedbackRecord } from '../../src/intake/feedback.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

describe('the assistant panel of an app that is no agent', () => {
  test('offers something to begin with, and its thread gets the session’s title', async () => {
    await begin(echo);
    world.slack.isAgent = false;
    const thread = world.slack.openPanel('U0ADA');
    const prompts = await until('the prompts are offered', () => world.slack.prompts.get(`D0ADA/${thread}`));
    expect(prompts.map(({ title }) => title)).toContain('Fine-tune a model');
    const said = world.slack.say('U0ADA', 'D0ADA', prompts[0]?.message ?? '', thread);
    await until('the answer', () =>
      world.replies({ ...said, ts: thread }).some((reply) => shown(reply).includes('heard: [Ada]')),
    );
    await until('the title', () =>
      world.slack.workspace.panels.get(`D0ADA/${thread}`)?.startsWith('Fine-tune a small'),
    );
  });

  test('a direct message outside the panel has no title, and that is no trouble', async () => {
    await begin(echo);
    world.slack.isAgent = false;
    const said = world.slack.say('U0ADA', 'D0ADA', 'hello there');
    await world.reply(said, 'heard: [Ada] hello there');
    await until('it is done', () => world.describe(said).includes('✅ *Done*'));
    expect(world.slack.workspace.panels.size).toBe(0);
  });
});

describe('whether an answer helped', () => {
  async function exported() {
    await world.stop();
    const storage = await world.backend.open();
    const all: FeedbackRecord[] = [];
    for await (const item of exportFeedback(storage.db)) all.push(item);
    await storage.close();
    return all;
  }

  test('is asked below it, kept with the reason, and exported with the request', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'do it');
    const answer = await world.reply(asked, 'heard: [Ada] do it');
    world.slack.rate('U0GRACE', answer, 'positive');
    await until('Grace is thanked', () => world.slack.ephemerals.some(({ user }) => user === 'U0GRACE'));
    world.slack.rate('U0ADA', answer, 'negative');
    await world.slack.submit('U0ADA', 'it forgot the test split');
    const all = await exported();
    expect(all.map(({ person, verdict, comment }) => [person.name, verdict, comment])).toEqual([
      ['Grace', 'good', null],
      ['Ada', 'bad', 'it forgot the test split'],
    ]);
    expect(all[1]).toMatchObject({
      request: 'do it',
      answer: 'heard: [Ada] do it',
      thread: { channel: 'C0ML' },
    });
  });

  test('the last word of a person counts, and an answer of another thread can’t be rated', async () => {
    await begin(echo);
    const asked = world.slack.mention('U0ADA', 'C0ML', 'do it');
    const answer = await world.reply(asked, 'heard: [Ada] do it');
    world.slack.rate('U0ADA', answer, 'negative');
    await until('the dialog', () => world.slack.dialogs.open.length > 0);
    world.slack.rate('U0ADA', answer, 'positive');
    await until('Ada is thanked', () => world.slack.ephemerals.some(({ text }) => text.includes('helped')));
    world.slack.clickValue('U0ADA', answer, 'feedback', 'bad:999999');
    await until('that is refused', () =>
      world.slack.ephemerals.some(({ text }) => text.includes('no longer know this answer')),
    );
    expect((await exported()).map(({ verdict }) => verdict)).toEqual(['good']);
  });

  test('is not asked where the config forbids it', async () => {
    await begin(echo, {
      configure: (config) => {
        config.platforms.slack.feedback = false;
      },
    });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'do it');
    expect(shown(await world.reply(asked, 'heard: [Ada] do it'))).not.toContain('feedback_buttons');
  });
});
