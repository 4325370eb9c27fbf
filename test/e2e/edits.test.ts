import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const beginWorld = useWorld((made) => {
  world = made;
});

const MENTION = '<@UBOT00001>';

/** Nobody reads what is written until `read`: only the role that listens is started. */
async function begin(options: Parameters<typeof beginWorld>[1] = {}): Promise<void> {
  await beginWorld(echo, { isStarted: false, ...options });
  await world.start(['chat']);
}

/** Everything that was said is in the record, and now somebody works on it. */
async function read(): Promise<void> {
  await world.slack.delivered();
  await world.stop();
  await world.start();
}

const told = () => world.model.requests.map(lastText);

const link = ({ channel, ts }: SlackMessage) =>
  `<https://double.slack.com/archives/${channel}/p${ts.replace('.', '')}>`;

/**
 * A thread in which somebody has said something before the bot is called, and a message elsewhere in the
 * channel.
 */
function thread() {
  const first = world.slack.say('U0GRACE', 'C0ML', 'The loss is NaN after 200 steps.');
  const recipe = world.slack.say('U0LINUS', 'C0ML', 'a recipe with warm-up');
  return { first, recipe };
}

const BEFORE = 'What was said in this thread before:\n  > [Grace] The loss is NaN after 200 steps.';
const RECIPE = 'The message that is linked:\n  > [Linus] a recipe with warm-up';

describe('a message that nobody has read yet', () => {
  test('stays what it is, with all that was said before, when Slack shows a preview of its links', async () => {
    await begin();
    const { first, recipe } = thread();
    const asked = world.slack.mention('U0ADA', 'C0ML', `as in ${link(recipe)}?`, first.ts);
    await world.slack.delivered();
    world.slack.unfurl(asked);
    await read();
    await world.reply(first, 'heard: [Ada] as in');
    expect(told()).toEqual([expect.stringContaining(`as in https://double.slack.com`)]);
    expect(told()[0]).toContain(`${BEFORE}\n\n  ${RECIPE}`);
  });

  test('has its new words and what was said before, when it is edited, and each part once', async () => {
    await begin();
    const { first, recipe } = thread();
    const asked = world.slack.mention('U0ADA', 'C0ML', `as in ${link(recipe)}?`, first.ts);
    await world.slack.delivered();
    world.slack.editMessage(asked, `${MENTION} lower the rate as in ${link(recipe)}`);
    await world.slack.delivered();
    world.slack.unfurl(asked);
    await read();
    await world.reply(first, 'heard: [Ada] lower the rate');
    expect(told()[0]?.split(BEFORE)).toHaveLength(2);
    expect(told()[0]?.split(RECIPE)).toHaveLength(2);
    expect(told()[0]).not.toContain('as in https://double.slack.com/archives/C0ML?');
  });

  test('is told with the messages that it links to now: not with those of a link that was taken out', {
    tags: 'long',
  }, async () => {
    await begin();
    const { first, recipe } = thread();
    const other = world.slack.say('U0LINUS', 'C0ML', 'a recipe without warm-up');
    const asked = world.slack.mention('U0ADA', 'C0ML', `as in ${link(recipe)}`, first.ts);
    await world.slack.delivered();
    world.slack.editMessage(asked, `${MENTION} as in ${link(other)}`);
    await read();
    await world.reply(first, 'heard: [Ada] as in');
    expect(told()[0]).toContain('> [Linus] a recipe without warm-up');
    expect(told()[0]).not.toContain(RECIPE);
    expect(told()[0]).toContain(BEFORE);
  });

  test('has its newest words, in whatever order its edits arrive and however often', async () => {
    await begin();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await world.slack.delivered();
    const edited = ['two', 'three'].map((text) => world.slack.change(asked, { text: `${MENTION} ${text}` }));
    await world.slack.delivered();
    for (const event of [...edited].reverse()) {
      world.slack.deliverEvent(event);
      await world.slack.delivered();
    }
    await read();
    await world.reply(asked, 'heard: [Ada] three');
    expect(told()).toEqual(['[Ada] three']);
  });

  test('is not answered where it was deleted, be it with replies or without', async () => {
    await begin();
    const alone = world.slack.mention('U0ADA', 'C0ML', 'one');
    const withReplies = world.slack.mention('U0ADA', 'C0ML', 'two');
    world.slack.say('U0GRACE', 'C0ML', `<@U0ADA> really?`, withReplies.ts);
    await world.slack.delivered();
    world.slack.deleteMessage(alone);
    world.slack.deleteMessage(withReplies);
    const last = world.slack.mention('U0ADA', 'C0ML', 'three');
    await read();
    await world.reply(last, 'heard: [Ada] three');
    expect(told()).toEqual(['[Ada] three']);
  });

  test('is not answered where its words were taken out', async () => {
    await begin();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await world.slack.delivered();
    world.slack.editMessage(asked, MENTION);
    const last = world.slack.mention('U0ADA', 'C0ML', 'two');
    await read();
    await world.reply(last, 'heard: [Ada] two');
    expect(told()).toEqual(['[Ada] two']);
  });

  test('is a command where it was edited to one, be it done later or answered at once', async () => {
    await begin();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    const more = world.slack.say('U0ADA', 'C0ML', 'two', asked.ts);
    const third = world.slack.say('U0ADA', 'C0ML', 'three', asked.ts);
    await world.slack.delivered();
    world.slack.editMessage(more, 'status');
    world.slack.editMessage(third, 'stop');
    await world.reply(asked, 'Requests: ');
    await read();
    await world.reply(asked, 'Stopped by Ada');
    expect(told()).toEqual([]);
  });

  test('is no command any more where a command was edited to something else', { tags: 'long' }, async () => {
    await begin();
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    const more = world.slack.say('U0ADA', 'C0ML', 'stop', asked.ts);
    await world.slack.delivered();
    world.slack.editMessage(more, 'stop words: should I remove them?');
    await read();
    await world.reply(asked, 'stop words');
    expect(told().at(-1)).toContain('stop words: should I remove them?');
    expect(world.describe(asked)).not.toContain('Stopped');
  });

  test('is too long after an edit as before it: whoever wrote it is told, and nothing is done', {
    tags: 'long',
  }, async () => {
    await begin({ configure: ({ limits }) => void Object.assign(limits, { message_characters: 100 }) });
    const asked = world.slack.mention('U0ADA', 'C0ML', 'one');
    await world.slack.delivered();
    world.slack.editMessage(asked, `${MENTION} ${'long '.repeat(100)}`);
    await world.reply(asked, 'more than I can take in');
    await read();
    const last = world.slack.mention('U0ADA', 'C0ML', 'two');
    await world.reply(last, 'heard: [Ada] two');
    expect(told()).toEqual(['[Ada] two']);
  });

  test('is told with the files that it still has', { tags: 'long' }, async () => {
    await begin();
    const files = [
      { name: 'a.csv', text: 'a' },
      { name: 'b.csv', text: 'b' },
    ];
    const asked = world.slack.share('U0ADA', 'C0ML', files, `${MENTION} look`);
    await world.slack.delivered();
    world.slack.removeFile(asked, 'a.csv');
    await read();
    await world.reply(asked, 'heard: [Ada] look');
    expect(told()[0]).toContain('attachments/b.csv');
    expect(told()[0]).not.toContain('attachments/a.csv');
  });
});

describe('a change that Slack delivers before the message itself', () => {
  /** The deliveries of a message are lost at first: what is changed meanwhile gets through before them. */
  async function lost(text: string): Promise<SlackMessage> {
    await begin({ retryWaitsMs: [1_500] });
    let left = 2; // a mention is two events
    world.slack.loses = () => left-- > 0;
    const asked = world.slack.mention('U0ADA', 'C0ML', text);
    await until('its deliveries are lost', () => left <= 0);
    return asked;
  }

  test('is an edit that counts', { tags: 'long' }, async () => {
    const asked = await lost('with a tpyo');
    world.slack.editMessage(asked, `${MENTION} without a typo`);
    await read();
    await world.reply(asked, 'heard: [Ada] without a typo');
    expect(told()).toEqual(['[Ada] without a typo']);
  });

  test('is a deletion that counts', { tags: 'long' }, async () => {
    const asked = await lost('one');
    world.slack.deleteMessage(asked);
    await read();
    const last = world.slack.mention('U0ADA', 'C0ML', 'two');
    await world.reply(last, 'heard: [Ada] two');
    expect(told()).toEqual(['[Ada] two']);
  });
});
