import { describe, expect, test } from 'vitest';
import { CHANNELS, type DiscordMessage, LEADS, PEOPLE } from '../doubles/discord/guild.ts';
import { lastText } from '../doubles/model.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';

let on: DiscordWorld;
const begin = useDiscord((made) => {
  on = made;
});

const told = () => on.world.model.requests.map(lastText);

/** A thread that somebody began in a forum, with so many messages. */
function thread(length: number): DiscordMessage {
  const first = on.discord.post('grace', CHANNELS.forum, 'broken', 'message 1.');
  for (let n = 2; n <= length; n++) on.discord.say('linus', first.id, `message ${n}.`);
  return first;
}

describe('what was said in a thread on Discord before the bot is called', () => {
  test('is its newest messages, however many there are', async () => {
    await begin(echo);
    const first = thread(250);
    on.discord.mention('ada', first.id, 'what now?');
    await on.reply(first.id, 'heard: [Ada] what now?');
    for (const n of [221, 235, 250]) expect(told()[0]).toContain(`message ${n}.`);
    expect(told()[0]).not.toContain('message 219.');
    expect(told()[0]).toContain('earlier messages are left out');
  });
});

test('somebody is called on Discord as the server calls them', async () => {
  await begin(echo, { isStarted: false });
  on.discord.guild.nicknames.set(PEOPLE.linus.id, 'Lin');
  await on.start();
  const asked = on.discord.mention('linus', CHANNELS.ml, 'who am I?');
  await on.reply(asked.id, 'heard: [Lin] who am I?');
});

describe('a mention that is added by an edit on Discord', () => {
  test('is a request, once, with what was said until then', async () => {
    await begin(echo);
    const first = thread(2);
    const asked = on.discord.say('ada', first.id, 'the loss is NaN');
    on.discord.say('grace', first.id, 'have you lowered the rate?');
    const elsewhere = on.discord.mention('linus', CHANNELS.ops, 'usage');
    await on.reply(elsewhere.id, 'this channel today'); // so what was said before it was heard
    on.discord.editMessage(asked, '<@me> the loss is NaN');
    await on.reply(first.id, 'heard: [Ada] the loss is NaN');
    expect(told()[0]).toContain('[Grace] have you lowered the rate?');
    expect(told()[0]?.match(/the loss is NaN/g)).toHaveLength(1);
    on.discord.editMessage(asked, '<@me> the loss is NaN, really');
    on.discord.say('ada', first.id, 'anything?');
    await on.reply(first.id, 'heard: [Ada] anything?');
    expect(on.world.model.requests).toHaveLength(2);
  });

  test('begins a thread in a channel, and one that nobody has seen before counts as well', async () => {
    await begin(echo, { isStarted: false });
    const asked = on.discord.say('ada', CHANNELS.ml, 'the loss is NaN');
    await on.start();
    on.discord.editMessage(asked, '<@me> the loss is NaN');
    await on.reply(asked.id, 'heard: [Ada] the loss is NaN');
  });

  test('is none where it was added long ago, and the message shows a preview now', async () => {
    await begin(echo, { isStarted: false });
    const asked = on.discord.say('ada', CHANNELS.ml, 'the loss is NaN');
    on.discord.editMessage(asked, '<@me> the loss is NaN');
    on.discord.change(asked, { edited: new Date(Date.now() - 3 * 3_600_000).toISOString() });
    await on.start();
    on.discord.embed(asked);
    const other = on.discord.mention('ada', CHANNELS.ml, 'anything?');
    await on.reply(other.id, 'heard: [Ada] anything?');
    expect(on.discord.guild.threads.has(asked.id)).toBe(false);
  });

  test('corrects words that nobody has read yet', async () => {
    await begin(echo, { isStarted: false });
    await on.start(['chat']);
    const asked = on.discord.say('ada', CHANNELS.ml, 'one');
    on.discord.editMessage(asked, '<@me> two');
    await until('there is its thread', () => on.discord.guild.threads.has(asked.id));
    on.discord.editMessage(asked, '<@me> three');
    on.discord.say('linus', asked.id, 'usage');
    await on.reply(asked.id, 'this channel today');
    await on.world.stop();
    await on.start();
    await on.reply(asked.id, 'heard: [Ada] three');
    expect(told()).toEqual(['[Ada] three']);
  });

  test('a typo that is mended in what was said before the bot came is no request', {
    tags: 'long',
  }, async () => {
    await begin(echo);
    const first = thread(1);
    const said = on.discord.say('linus', first.id, 'have yuo tried it?');
    on.discord.mention('ada', first.id, 'what now?');
    await on.reply(first.id, 'heard: [Ada] what now?');
    on.discord.editMessage(said, 'have you tried it?');
    on.discord.say('ada', first.id, 'anything?');
    await on.reply(first.id, 'heard: [Ada] anything?');
    expect(on.world.model.requests).toHaveLength(2);
  });
});

describe('what was written on Discord while nobody listened', () => {
  const onlyLeads = {
    configure: ({
      access,
    }: Parameters<NonNullable<Parameters<typeof begin>[1]>['configure'] & object>[0]) => {
      access.channels[CHANNELS.ml] = { users: [`role:${LEADS}`] };
    },
  };

  test('by somebody who may by a role is answered, and nobody is refused who may', {
    tags: 'long',
  }, async () => {
    await begin(echo, onlyLeads);
    const first = on.discord.mention('grace', CHANNELS.ml, 'one');
    await on.reply(first.id, 'heard: [Grace] one');
    await on.world.stop();
    const missed = on.discord.mention('grace', CHANNELS.ml, 'two');
    on.discord.mention('ada', CHANNELS.ml, 'three');
    let failures = 2;
    on.discord.disturb = (method, path) => {
      if (method !== 'GET' || !path.includes('/members/') || failures === 0) return undefined;
      failures--;
      return 503;
    };
    await on.start();
    await on.reply(missed.id, 'heard: [Grace] two');
    await on.reply(CHANNELS.ml, 'only some people may use me');
    const refusals = on.replies(CHANNELS.ml).filter(({ content }) => content.includes('only some people'));
    expect(refusals).toHaveLength(1);
  });

  test('counts as it is by now', { tags: 'long' }, async () => {
    await begin(echo, { isStarted: false });
    await on.start(['chat']);
    const asked = on.discord.mention('ada', CHANNELS.ml, 'one');
    await until('there is its thread', () => on.discord.guild.threads.has(asked.id));
    on.discord.say('linus', asked.id, 'usage');
    await on.reply(asked.id, 'this channel today');
    await on.world.stop();
    on.discord.guild.edit(asked, {
      content: asked.content.replace('one', 'two'),
      edited: new Date().toISOString(),
    });
    await on.start(['chat']);
    on.discord.say('linus', asked.id, 'status');
    await on.reply(asked.id, 'Requests: ');
    await on.world.stop();
    await on.start();
    await on.reply(asked.id, 'heard: [Ada] two');
    expect(told()).toEqual(['[Ada] two']);
  });
});
