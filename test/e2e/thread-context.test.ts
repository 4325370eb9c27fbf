import { describe, expect, test } from 'vitest';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import type { World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const told = () => world.model.requests.map(lastText);

/** Everything that the model was told with its newest request. */
const toldLately = () => JSON.stringify(world.model.requests.at(-1)?.messages ?? []);

/** A thread of so many messages, the first one among them. */
function thread(length: number): SlackMessage {
  const first = world.slack.say('U0GRACE', 'C0ML', 'message 1.');
  for (let n = 2; n <= length; n++) world.slack.say('U0LINUS', 'C0ML', `message ${n}.`, first.ts);
  return first;
}

describe('what was said in a thread before the bot is called', () => {
  test('is its newest messages, however many there are', async () => {
    await begin(echo);
    const first = thread(250);
    world.slack.mention('U0ADA', 'C0ML', 'what now?', first.ts);
    await world.reply(first, 'heard: [Ada] what now?');
    for (const n of [221, 235, 250]) expect(told()[0]).toContain(`message ${n}.`);
    expect(told()[0]).not.toContain('message 219.');
    expect(told()[0]).toContain('earlier messages are left out');
  });

  test('is read further back where little was said of late', { tags: 'long' }, async () => {
    await begin(echo);
    world.slack.workspace.ageMs = 3 * 86_400_000;
    const first = thread(20);
    world.slack.workspace.ageMs = 0;
    world.slack.say('U0LINUS', 'C0ML', 'it is still broken', first.ts);
    world.slack.mention('U0ADA', 'C0ML', 'what now?', first.ts);
    await world.reply(first, 'heard: [Ada] what now?');
    for (const n of [1, 20]) expect(told()[0]).toContain(`message ${n}.`);
    expect(told()[0]).toContain('it is still broken');
    expect(told()[0]).not.toContain('left out');
  });

  test('is without what was deleted, the first message too', async () => {
    await begin(echo);
    const first = thread(3);
    world.slack.deleteMessage(first);
    const link = `<https://double.slack.com/archives/C0ML/p${first.ts.replace('.', '')}>`;
    world.slack.mention('U0ADA', 'C0ML', `what now? ${link}`, first.ts);
    await world.reply(first, 'heard: [Ada] what now?');
    expect(told()[0]).toContain('message 3.');
    expect(told()[0]).not.toMatch(/message 1\.|This message was deleted/);
    expect(told()[0]).toContain('The message that is linked:\n  > [It was deleted.]');
  });

  test('is said to be missing where Slack refuses it', async () => {
    await begin(echo);
    const first = thread(3);
    world.slack.refusals.refuse('conversations.replies', 'missing_scope');
    world.slack.mention('U0ADA', 'C0ML', 'what now?', first.ts);
    await world.reply(first, 'heard: [Ada] what now?');
    expect(told()[0]).toContain('can’t be read: ');
  });
});

describe('a mention that is added by an edit', () => {
  test('is a request, once, with what was said until then', async () => {
    await begin(echo);
    const first = world.slack.say('U0ADA', 'C0ML', 'the loss is NaN');
    world.slack.say('U0GRACE', 'C0ML', 'have you lowered the rate?', first.ts);
    await world.slack.delivered();
    world.slack.editMessage(first, '<@UBOT00001> the loss is NaN');
    await world.reply(first, 'heard: [Ada] the loss is NaN');
    expect(told()[0]).toContain('[Grace] have you lowered the rate?');
    world.slack.editMessage(first, '<@UBOT00001> the loss is NaN, really');
    await world.slack.delivered();
    world.slack.mention('U0ADA', 'C0ML', 'anything?', first.ts);
    await world.reply(first, 'heard: [Ada] anything?');
    expect(world.model.requests).toHaveLength(2);
  });

  test('is none where it was added long ago, also where Slack does not tell what it was before', async () => {
    await begin(echo, { isStarted: false });
    const said = world.slack.say('U0ADA', 'C0ML', 'the loss is NaN');
    const hoursAgo = Math.floor(Date.now() / 1000) - 3 * 3_600;
    const edited = { user: 'U0ADA', ts: `${hoursAgo}.000000` };
    world.slack.workspace.edit(said, { text: '<@UBOT00001> the loss is NaN', edited });
    await world.start();
    world.slack.tellsBefore = false;
    world.slack.unfurl(said);
    await world.slack.delivered();
    const other = world.slack.say('U0ADA', 'C0ML', 'it is slow');
    await world.slack.delivered();
    world.slack.editMessage(other, '<@UBOT00001> it is slow');
    await world.reply(other, 'heard: [Ada] it is slow');
    expect(world.replies(said)).toEqual([]);
    expect(world.model.requests).toHaveLength(1);
  });

  test('is corrected by a later edit, also where Slack tells of it as a mention alone', async () => {
    await begin(echo, { isStarted: false });
    await world.start(['chat']);
    const first = world.slack.say('U0ADA', 'C0ML', 'one');
    world.slack.editMessage(first, '<@UBOT00001> two');
    await world.slack.delivered();
    world.slack.workspace.edit(first, {
      text: '<@UBOT00001> three',
      edited: { user: 'U0ADA', ts: '9999999999.000000' },
    });
    world.slack.deliverMention(first);
    await world.slack.delivered();
    await world.stop();
    await world.start();
    await world.reply(first, 'heard: [Ada] three');
    expect(told()).toEqual(['[Ada] three']);
  });
});

test('what was said shortly before the bot was called is read back as no request', {
  tags: 'long',
}, async () => {
  await begin(echo);
  const first = world.slack.say('U0GRACE', 'C0ML', 'the run is broken');
  world.slack.say('U0LINUS', 'C0ML', 'it is the tokenizer', first.ts);
  world.slack.mention('U0ADA', 'C0ML', 'what now?', first.ts);
  await world.reply(first, 'heard: [Ada] what now?');
  await world.stop();
  world.slack.say('U0ADA', 'C0ML', 'while you were away', first.ts);
  await world.start();
  await world.reply(first, 'heard: [Ada] while you were away');
  world.slack.say('U0ADA', 'C0ML', 'last', first.ts);
  await world.reply(first, 'heard: [Ada] last');
  expect(toldLately()).toContain('it is the tokenizer'); // as what was said before
  const asked = told().map((text) => text.split('\n')[0]);
  expect(asked).toEqual(['[Ada] what now?', '[Ada] while you were away', '[Ada] last']);
});

describe('what was changed while nobody listened', () => {
  test('counts: edits are read, and what was deleted is not answered', { tags: 'long' }, async () => {
    await begin(echo, { isStarted: false });
    await world.start(['chat']);
    const edited = world.slack.mention('U0ADA', 'C0ML', 'one');
    const gone = world.slack.mention('U0ADA', 'C0ML', 'two');
    world.slack.say('U0GRACE', 'C0ML', '<@U0ADA> really?', gone.ts);
    await world.slack.delivered();
    await world.stop();
    world.slack.workspace.edit(edited, {
      text: '<@UBOT00001> three',
      edited: { user: 'U0ADA', ts: `${Math.floor(Date.now() / 1000)}.000000` },
    });
    world.slack.workspace.delete(gone);
    await world.start(['chat']);
    await until('history was read', () =>
      world.slack.calls.some(({ method }) => method === 'conversations.history'),
    );
    const last = world.slack.mention('U0ADA', 'C0ML', 'four');
    await world.slack.delivered();
    await world.stop();
    await world.start();
    await world.reply(edited, 'heard: [Ada] three');
    await world.reply(last, 'heard: [Ada] four');
    expect(told().toSorted()).toEqual(['[Ada] four', '[Ada] three']);
  });
});
