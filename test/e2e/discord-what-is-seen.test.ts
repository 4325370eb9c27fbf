import { describe, expect, test } from 'vitest';
import { CHANNELS, GUILD } from '../doubles/discord/guild.ts';
import { lastText } from '../doubles/model.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { echo } from '../support/scripts.ts';
import { until } from '../support/until.ts';

let on: DiscordWorld;
const begin = useDiscord((made) => {
  on = made;
});

const told = () => on.world.model.requests.map(lastText);

const ALERTS = { id: '600000000000000099', username: 'Alerts', global_name: null, bot: true };

/** What only some app has written: no words, and what is embedded. */
const alert = (text: string) => ({
  embeds: [
    {
      type: 'rich',
      title: 'GPU is hot',
      description: text,
      fields: [{ name: 'node', value: '3', inline: false }],
    },
  ],
});

/** A message that somebody forwards: it has no words of its own. */
const forward = (content: string) => ({
  flags: 16_384,
  message_reference: { type: 1, message_id: '1', channel_id: CHANNELS.ops, guild_id: GUILD },
  message_snapshots: [
    {
      message: {
        content,
        type: 0,
        flags: 0,
        timestamp: '2026-01-01T00:00:00.000000+00:00',
        edited_timestamp: null,
        mentions: [],
        mention_roles: [],
        embeds: [{ type: 'rich', title: 'with an embed' }],
        attachments: [
          { id: '5', filename: 'loss.png', content_type: 'image/png', size: 3, url: '', proxy_url: '' },
        ],
      },
    },
  ],
});

const poll = {
  poll: {
    question: { text: 'Which rate?' },
    answers: [
      { answer_id: 1, poll_media: { text: '3e-4' } },
      { answer_id: 2, poll_media: { text: '1e-4' } },
    ],
    expiry: null,
    allow_multiselect: false,
    layout_type: 1,
  },
};

describe('what people see of a message on Discord is read', () => {
  test('of one that is forwarded, a sticker, a poll, and what is said by voice', async () => {
    await begin(echo);
    const voice = {
      id: '7',
      filename: 'voice-message.ogg',
      content_type: 'audio/ogg',
      size: 3,
      url: '',
      proxy_url: '',
    };
    const cases: [Record<string, unknown>, string[]][] = [
      [
        forward('the loss is NaN'),
        ['the loss is NaN', 'with an embed', '[a picture, loss.png, which I can’t read]'],
      ],
      [
        { sticker_items: [{ id: '6', name: 'This is fine', format_type: 1 }] },
        ['a sticker, which I can’t see: This is fine'],
      ],
      [poll, ['[A poll: Which rate?]', '- 3e-4 (0 votes)']],
      [{ flags: 8_192, attachments: [voice] }, ['[a voice message, which I can’t read]']],
    ];
    for (const [i, [extra, expected]] of cases.entries()) {
      on.discord.write(CHANNELS.direct, extra);
      await on.reply(CHANNELS.direct, 'heard: [Ada] Look at this.');
      await until('it was heard', () => told().length > i);
      for (const text of expected) expect(told()[i]).toContain(text);
    }
  });

  test('in the thread before the bot is called, its first message too', async () => {
    await begin(echo);
    const first = on.discord.write(CHANNELS.ml, alert('97 degrees'), ALERTS);
    on.discord.startThread(first, 'hot');
    on.discord.mention('ada', first.id, 'what is it?');
    await on.reply(first.id, 'heard: [Ada] what is it?');
    expect(told()[0]).toContain('> [Alerts] GPU is hot');
    expect(told()[0]).toContain('node: 3');
  });

  test('where it is replied to, and where it is pointed at', async () => {
    await begin(echo);
    const first = on.discord.write(CHANNELS.ml, alert('97 degrees'), ALERTS);
    const asked = on.discord.say('ada', CHANNELS.ml, '<@me> what is it?', [], first.id);
    await on.reply(asked.id, 'heard: [Ada] what is it?');
    expect(told()[0]).toContain('The message that is replied to:\n  > [Alerts] GPU is hot');
    const other = on.discord.write(CHANNELS.ml, alert('node 4 is down'), ALERTS);
    on.discord.pointAt('ada', other);
    await on.discord.submit('ada', { text: 'why?' });
    await on.reply(other.id, 'heard: [Ada] why?');
    expect(told().at(-1)).toContain('node 4 is down');
  });

  test('where it is linked, in the same channel and its open threads', async () => {
    await begin(echo);
    const recipe = on.discord.say('linus', CHANNELS.ml, 'a recipe with warm-up');
    const alarm = on.discord.write(CHANNELS.ml, alert('97 degrees'), ALERTS);
    on.discord.startThread(alarm, 'hot');
    const inThread = on.discord.say('grace', alarm.id, 'use node 4');
    const secret = on.discord.say('grace', CHANNELS.ops, 'the launch is in May');
    const gone = on.discord.say('grace', CHANNELS.ml, 'never mind');
    on.discord.deleteMessage(gone);
    const at = (channel: string, { id }: { id: string }, host = 'discord.com') =>
      `https://${host}/channels/${GUILD}/${channel}/${id}`;
    const asked = on.discord.mention(
      'ada',
      CHANNELS.ml,
      `follow ${at(CHANNELS.ml, recipe)} and <${at(alarm.id, inThread, 'ptb.discord.com')}>, not ${at(CHANNELS.ml, gone)}`,
    );
    await on.reply(asked.id, 'heard: [Ada] follow');
    expect(told()[0]).toContain('The message that is linked:\n  > [Linus] a recipe with warm-up');
    expect(told()[0]).toContain('The message that is linked:\n  > [Grace] use node 4');
    expect(told()[0]).toContain('The message that is linked:\n  > [It was deleted.]');

    const other = on.discord.mention('ada', CHANNELS.ml, `and ${at(CHANNELS.ops, secret)}`);
    await on.reply(other.id, 'heard: [Ada] and');
    expect(told().at(-1)).not.toContain('launch is in May');
  });

  test('also where nothing is left of it', async () => {
    await begin(echo);
    const first = on.discord.say('grace', CHANNELS.ml, 'never mind');
    on.discord.deleteMessage(first);
    const asked = on.discord.say('ada', CHANNELS.ml, '<@me> what is it?', [], first.id);
    await on.reply(asked.id, 'heard: [Ada] what is it?');
    expect(told()[0]).toContain('> [It was deleted.]');
  });
});
