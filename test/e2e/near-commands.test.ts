import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../doubles/discord/guild.ts';
import { lastText } from '../doubles/model.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type DiscordWorld, shownOn, useDiscord } from '../support/discord-world.ts';
import { callOnce, echo, runJob, smallerOnDemand } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});

const say = (asked: SlackMessage, text: string, who = 'U0ADA') =>
  world.slack.say(who, 'C0ML', text, asked.ts);

const isHeard = ({ reactions }: SlackMessage): boolean => reactions.has('eyes');

const withoutButtons = (message: SlackMessage) =>
  until('its buttons are gone', () => !shown(message).includes('offered_command'));

test('a sum without its currency sets nothing: it is offered to whoever wrote it, once', async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
  await world.reply(asked, 'heard: [Ada] hello');
  say(asked, 'yolo 11');
  const offer = await world.reply(asked, 'Did you mean `yolo $11`? Nothing was changed');
  expect(world.describe(asked)).not.toContain('Auto-approval is on');
  expect(world.model.requests).toHaveLength(1);

  const [, declined = ''] = /"offered_command:1","value":"(\d+:1)"/.exec(shown(offer)) ?? [];
  world.slack.click('U0GRACE', offer, 'offered_command:0');
  await until('Grace is told', () =>
    world.slack.ephemerals.find((item) => JSON.stringify(item).includes('is for Ada')),
  );
  expect(shown(offer)).toContain('offered_command');

  world.slack.click('U0ADA', offer, 'offered_command:0');
  await world.reply(asked, 'Auto-approval is on up to $11.00 (set by Ada');
  await withoutButtons(offer);
  world.slack.clickValue('U0ADA', offer, 'offered_command:1', declined);
  await until('the second click is told', () =>
    world.slack.ephemerals.find((item) => JSON.stringify(item).includes('done already')),
  );
  // Nor is what a slip of the finger makes of a command.
  say(asked, 'effort hihg');
  world.slack.click('U0ADA', await world.reply(asked, 'Did you mean `effort high`?'), 'offered_command:0');
  await world.reply(asked, 'Effort is high');
  expect(world.model.requests).toHaveLength(1);
});

test('the same words answer the agent where it has just asked', { tags: 'long' }, async () => {
  await begin((request) =>
    lastText(request).includes('train a detector') ? { text: 'Which model do you want?' } : echo(request),
  );
  const asked = world.slack.mention('U0ADA', 'C0ML', 'train a detector');
  await world.reply(asked, 'Which model do you want?');
  say(asked, 'yolo 11');
  await world.reply(asked, 'heard: [Ada] yolo 11');
  say(asked, 'yolo');
  await world.reply(asked, 'Auto-approval is off');
});

test('what is no decision decides nothing, and the call still waits', async () => {
  await begin(callOnce(runJob));
  const asked = world.slack.mention('U0ADA', 'C0ML', 'go');
  await world.reply(asked, 'Run a Hugging Face Job');
  for (const [i, text] of ['approve?', 'please approve', 'rejected'].entries()) {
    say(asked, text);
    const told = () => world.replies(asked).filter((reply) => reply.text.startsWith('Nothing was decided.'));
    await until(`it is told ${i + 1} times`, () => told().length === i + 1);
  }
  expect(world.hub.jobs).toHaveLength(0);
  expect(world.describe(asked)).toContain('"action_id":"approve"');
});

test('a word too many goes to the agent, and the command is a button beside it', {
  tags: 'long',
}, async () => {
  await begin((request) => (lastText(request).includes('dig') ? { hangs: true } : echo(request)));
  const asked = world.slack.mention('U0ADA', 'C0ML', 'dig');
  await until('the model is asked', () => world.model.requests.length === 1);
  say(asked, 'stop the training');
  const offer = await world.reply(asked, 'I took that as a message. Did you mean `stop`');
  world.slack.click('U0ADA', offer, 'offered_command:0');
  await world.reply(asked, 'Stopped by Ada');
  await withoutButtons(offer);
});

test('what would undo itself waits for a click, and can be told to the agent as it was written', {
  tags: 'long',
}, async () => {
  await begin(echo);
  const asked = world.slack.mention('U0ADA', 'C0ML', 'first');
  await world.reply(asked, 'heard: [Ada] first');
  say(asked, 'undo that');
  const offer = await world.reply(asked, 'Did you mean `undo`?');
  expect(world.model.requests).toHaveLength(1);
  world.slack.click('U0ADA', offer, 'offered_command:1');
  await world.reply(asked, 'heard: [Ada] undo that');
  await withoutButtons(offer);
});

test('what people say aside is not heard, also where a message becomes that by an edit', {
  tags: 'long',
}, async () => {
  const held = Promise.withResolvers<void>();
  await begin((request) => ({ ...echo(request), until: held.promise }));
  world.slack.isAgent = false; // else its session shows that
  const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
  await until('the first is heard', () => isHeard(asked));
  say(asked, 'aside: is that the right data, Grace?', 'U0ADA');
  const changed = say(asked, 'use the other split', 'U0GRACE');
  await until('the other is heard', () => isHeard(changed));
  world.slack.editMessage(changed, '(aside) no, I think');
  await until('it is not any more', () => !isHeard(changed));
  held.resolve();
  await world.reply(asked, 'heard: [Ada] hello');
  say(asked, 'aside from that, go on');
  await world.reply(asked, 'heard: [Ada] aside from that, go on');
  expect(JSON.stringify(world.model.requests)).not.toMatch(/right data|I think|other split/);
});

test('a reply is seen to be heard while a step takes long, and stays so', { tags: 'long' }, async () => {
  const held = Promise.withResolvers<void>();
  await begin((request) => ({ ...echo(request), until: held.promise }));
  world.slack.isAgent = false; // else its session shows that
  const asked = world.slack.mention('U0ADA', 'C0ML', 'hello');
  await until('the first is heard', () => isHeard(asked));
  const more = say(asked, 'and more');
  await until('it is heard', () => isHeard(more));
  expect(world.model.requests.length).toBeLessThan(2);
  held.resolve();
  await world.reply(asked, 'heard: [Ada] and more');
  expect(isHeard(more)).toBe(true);
});

describe('on Discord', () => {
  let on: DiscordWorld;
  const beginThere = useDiscord((made) => {
    on = made;
  });

  test('words in a thread decide nothing by themselves, whoever writes them, and slips are met with what was meant', {
    tags: 'long',
  }, async () => {
    await beginThere(smallerOnDemand, { approvers: [PEOPLE.ada.id] });
    on.world.hub.course = () => ({ queueMs: 0, runMs: 0, lines: [], stage: 'COMPLETED' });
    const asked = on.discord.mention('ada', CHANNELS.ml, 'go');
    const thread = asked.id;
    const card = structuredClone(await on.reply(thread, 'Approve up to'));
    const offer = (words: string) =>
      until(`"${words}" with a button`, () =>
        on
          .replies(thread)
          .findLast((reply) => shownOn(reply).includes(words) && JSON.stringify(reply).includes('offered')),
      );

    on.discord.say('ada', thread, 'yolo of');
    on.discord.click('ada', await offer('Did you mean `yolo off`?'), 'offered_command|');
    await on.reply(thread, 'Auto-approval is off');
    on.discord.say('ada', thread, 'aproove');
    const slip = await offer('Did you mean `approve`?');
    on.discord.click('grace', slip, 'offered_command|');
    await on.told('grace', 'This is for Ada');

    on.discord.say('grace', thread, 'lgtm');
    await on.reply(thread, 'what waits for approval here is for');
    await until('the agent hears of it', () => JSON.stringify(on.world.model.requests).includes('lgtm'));
    expect(on.describe(thread)).not.toContain('Is that an approval');
    expect(on.world.hub.jobs).toHaveLength(0);

    on.discord.say('ada', thread, 'aside: is that the right data, Grace?');
    const remark = on.discord.say('ada', thread, 'thanks, nice');
    await on.reply(thread, 'heard: [Ada] thanks, nice');
    await until('it is seen to be heard', () => remark.reactions.has('👀'));
    expect(JSON.stringify(on.world.model.requests)).not.toContain('right data');

    on.discord.say('ada', thread, 'use a smaller model first');
    await on.reply(thread, 'Another call was proposed instead');
    on.discord.click('ada', card, 'approve');
    await on.told('ada', 'no longer open');
    await until('the newer card', () => on.describe(thread).includes('print("smaller")'));

    on.discord.say('ada', thread, 'Yes!');
    on.discord.click('ada', await offer('Is that an approval of what waits here?'), 'offered_command|');
    await on.reply(thread, '· done');
    expect(on.world.hub.jobs).toHaveLength(1);
  });
});
