import { ChannelType, Client, Message, MessageType } from 'discord.js';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { tellOfIntent } from '../../adapters/discord/probe.ts';
import { discordReader } from '../../adapters/discord/reading.ts';

const ADA = '600000000000000001';
const client = new Client({ intents: [] }) as Client<true>;
Object.assign(client, { user: { id: '600000000000000002' } });
afterAll(() => client.destroy());
const ada = { id: ADA, username: 'ada', global_name: 'Ada', discriminator: '0', avatar: null };
const ownMessages = { _add: (data: object) => Reflect.construct(Message, [client, data]) };
const channel = { id: '5', type: ChannelType.DM, client, messages: ownMessages };
client.channels.cache.set('5', channel as never);

/** A message of Ada's as Discord tells of it. */
function message(parts: Record<string, unknown>): Message {
  const whole = {
    ...{
      id: '700000000000000001',
      channel_id: '5',
      type: 0,
      content: '',
      author: ada,
      pinned: false,
      tts: false,
    },
    ...{ timestamp: '2026-11-01T12:00:00.000Z', edited_timestamp: null, mention_everyone: false },
    ...{ mentions: [], mention_roles: [], attachments: [], embeds: [], components: [] },
    ...parts,
  };
  const made: Message = Reflect.construct(Message, [client, whole]);
  return Object.defineProperties(made, { channel: { value: channel }, guild: { value: null } });
}

const saidOf = (parts: Record<string, unknown>) => discordReader(client).said(message(parts));
const inParts = (...components: object[]) => ({ flags: 32_768, components });
const media = { url: 'https://x.co/p.png' };

describe('what people see of a message of Discord’s', () => {
  test.each([
    ['a gallery alone', inParts({ type: 12, items: [{ media, description: 'loss curve' }, { media }] })],
  ])('is told of %s', async (_what, parts) => {
    expect(await saidOf(parts)).toBe(
      '[a picture, which I can’t see: loss curve]\n[a picture, which I can’t see]',
    );
  });

  test.each([
    [{ type: 13, file: media, name: 'a.csv' }, '[a file, a.csv, which I can’t read]'],
    [{ type: 14 }, ''],
    [{ type: 99 }, '[a part of the message, which I can’t read]'],
    [
      {
        type: 9,
        components: [{ type: 10, content: 'beside' }],
        accessory: { type: 11, media, description: 'it' },
      },
      'beside\n[a picture, which I can’t see: it]',
    ],
    [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'b', emoji: { name: '👍' } }] }, '[👍]'],
    [{ type: 1, components: [{ type: 2, style: 1, custom_id: 'b', label: 'Go' }] }, '[Go]'],
    [
      {
        type: 1,
        components: [
          { type: 3, custom_id: 'm', placeholder: 'Which run?', options: [{ label: 'one', value: '1' }] },
        ],
      },
      '[Which run?: one]',
    ],
    [{ type: 1, components: [{ type: 5, custom_id: 'p' }] }, '[a menu of people]'],
    [{ type: 1, components: [{ type: 8, custom_id: 'p' }] }, '[a menu of channels]'],
    [
      { type: 17, components: [{ type: 10, content: `by <@${ADA}>, \`<@${ADA}>\`` }] },
      `by @Ada, \`<@${ADA}>\``,
    ],
  ])('is told of a component like %j', async (component, expected) => {
    expect(await saidOf(inParts(component))).toBe(expected);
  });

  test.each([
    [
      { type: 'rich', description: `ask <@${ADA}> <:party:123456789012345678>`, footer: { text: '<t:0:f>' } },
      'ask @Ada :party:\n1970-01-01 00:00 UTC',
    ],
    [{ type: 'rich', fields: [{ name: 'by', value: `\`<@${ADA}>\``, inline: true }] }, `by: \`<@${ADA}>\``],
    [
      { type: 'image', url: 'https://x.co/p', thumbnail: media },
      '[What https://x.co/p shows:]\n> [a picture, which I can’t see]',
    ],
    [{ type: 'rich' }, '[something embedded, which I can’t read]'],
  ])('is told of an embed like %j', async (embed, expected) => {
    expect(await saidOf({ embeds: [embed] })).toBe(expected);
  });

  test.each([
    [`\`<@${ADA}>\` and <@${ADA}>`, `\`<@${ADA}>\` and @Ada`],
    [`\`\`\`\n<@${ADA}> <t:0>\n\`\`\` <t:0>`, `\`\`\`\n<@${ADA}> <t:0>\n\`\`\` 1970-01-01 00:00 UTC`],
    [`\`\`a\`<@${ADA}>\`\` <@${ADA}>`, `\`\`a\`<@${ADA}>\`\` @Ada`],
    [`one \` alone <@${ADA}>`, 'one ` alone @Ada'],
  ])('is what was written: %s', async (content, expected) => {
    expect(await saidOf({ content })).toBe(expected);
  });

  const reference = { type: 1, message_id: '1', channel_id: '5' };

  test('is all that is forwarded, and that it could not be read where Discord keeps it back', async () => {
    const inner = { type: 0, content: `by <@${ADA}>`, flags: 0, timestamp: '2026-11-01T12:00:00.000Z' };
    const components = [{ type: 12, items: [{ media }] }];
    const snapshot = {
      ...inner,
      edited_timestamp: null,
      mentions: [],
      mention_roles: [],
      attachments: [],
      embeds: [],
    };
    const message_snapshots = [{ message: { ...snapshot, components } }];
    expect(await saidOf({ flags: 16_384, message_reference: reference, message_snapshots })).toBe(
      '[A message that is forwarded here:]\n> by @Ada\n> [a picture, which I can’t see]',
    );
    expect(await saidOf({ flags: 16_384, message_reference: reference, message_snapshots: [] })).toBe(
      '[A message that is forwarded here, which Discord does not let me read]',
    );
  });

  test.each(Object.values(MessageType).filter((type) => typeof type === 'number'))(
    'is told by name where Discord itself says it: kind %d',
    async (type) => {
      const isWords = [0, 19, 20, 23, 46].includes(type);
      expect(await saidOf({ type })).toMatch(isWords ? /^$/ : /^\[[^[\]]+\]$/);
      expect(await saidOf({ type, content: 'New name' })).toMatch(isWords ? /^New name$/ : /: New name\]$/);
    },
  );

  test.each([
    [{ type: 1, mentions: [ada] }, '[added somebody: @Ada]'],
    [{ type: 63 }, '[a notice of Discord’s, which I can’t read]'],
    [{ activity: { type: 1 }, application: { id: '1', name: 'Go' } }, '[an invitation to join in Go]'],
    [
      { type: 20, content: 'done', interaction: { id: '1', type: 2, name: 'imagine', user: ada } },
      '[the answer to /imagine of Ada]\ndone',
    ],
  ])('is told with what it is: %j', async (parts, expected) => {
    expect(await saidOf(parts)).toBe(expected);
  });

  const field = (name: string, value: string) => ({ name, value, inline: false });
  const won = [
    field('poll_question_text', 'Which?'),
    field('victor_answer_votes', '4'),
    field('total_votes', '5'),
  ];

  test.each([
    [
      { type: 'poll_result', fields: [...won, field('victor_answer_text', '3e-4')] },
      '[The poll has ended: Which?]\n3e-4 won with 4 of 5 votes',
    ],
    [{ type: 'poll_result', fields: won }, '[The poll has ended: Which?]\nNothing won (4 of 5 votes)'],
    [
      { title: 'Alert', url: 'https://g.co/1', author: { name: 'Ann', url: 'https://a.co' } },
      'Ann (https://a.co)\nAlert (https://g.co/1)',
    ],
    [
      { footer: { text: 'Grafana' }, timestamp: '2026-11-01T12:00:00.000Z' },
      'Grafana · 2026-11-01 12:00 UTC',
    ],
    [
      { image: { url: 'https://x.co/p.png', description: 'it falls' } },
      '[a picture, which I can’t see: it falls]',
    ],
    [{ components: [{ type: 17, components: [{ type: 10, content: 'within' }] }] }, 'within'],
    [{ type: 'auto_moderation_message', description: 'held back' }, 'held back'],
  ])('is told of an embed as people see it: %j', async (embed, expected) => {
    expect(await saidOf({ embeds: [embed] })).toBe(expected);
  });

  const answer = (answer_id: number, poll_media: object) => ({ answer_id, poll_media });

  test('is told of a poll with its signs, and whether it has ended', async () => {
    const answers = [
      answer(1, { text: '3e-4', emoji: { id: null, name: '🔥' } }),
      answer(2, { text: '1e-5' }),
    ];
    const results = { is_finalized: true, answer_counts: [{ id: 1, count: 4, me_voted: false }] };
    const poll = {
      question: { text: 'Which?' },
      answers,
      expiry: null,
      allow_multiselect: true,
      layout_type: 1,
    };
    const told = '\n- 🔥 3e-4 (4 votes)\n- 1e-5 (0 votes)';
    expect(await saidOf({ poll: { ...poll, results } })).toBe(
      `[A poll, of which one can choose several, which has ended: Which?]${told}`,
    );
  });

  const file = { id: '9', size: 5, url: media.url, proxy_url: media.url };

  test.each([
    [
      { filename: 'p.png', title: 'Run 7', description: 'it falls', content_type: 'image/png' },
      '[a picture, p.png (Run 7, it falls), which I can’t read]',
    ],
    [{ filename: 'p.png', title: 'p' }, '[a file, p.png, which I can’t read]'],
  ])('is told what files are said to be: %j', async (parts, expected) => {
    expect(await saidOf({ attachments: [{ ...file, ...parts }] })).toBe(expected);
  });

  test.each([
    [{ type: 2, style: 5, label: 'Open', url: 'https://o.co' }, '[Open (https://o.co)]'],
    [{ type: 2, style: 6, sku_id: '1' }, '[a button to buy something]'],
    [
      {
        type: 3,
        custom_id: 'm',
        placeholder: 'Which?',
        options: [
          { label: 'one', value: '1', description: 'first', default: true },
          { label: 'two', value: '2', emoji: { name: '🔥' } },
        ],
      },
      '[Which?: one – first, 🔥 two; chosen: one]',
    ],
    [
      { type: 5, custom_id: 'p', placeholder: 'Who?', default_values: [{ id: ADA, type: 'user' }] },
      '[Who?; chosen: @Ada]',
    ],
    [{ type: 21, options: [{ label: 'a', default: true }, { label: 'b' }] }, '[☑ a]\n[☐ b]'],
    [{ type: 22, options: [{ label: 'a' }] }, '[☐ a]'],
    [{ type: 18, label: 'Sure?', component: { type: 23, default: true } }, 'Sure?\n[☑]'],
    [{ type: 18, label: 'Why?', component: { type: 4, value: 'so' } }, 'Why?\nso'],
  ])('is told what stands in a row: %j', async (component, expected) => {
    expect(await saidOf(inParts({ type: 1, components: [component] }))).toBe(expected);
  });

  test.each([
    ['<id:customize> <id:browse> <id:guide>', '#Channels & Roles #Browse Channels #Server Guide'],
    ['<id:linked-roles:123456789012345678>', '#Linked Roles'],
    ['<mailto:a@b.co> <tel:+4912345> <https://x.co?a=1>', 'a@b.co +4912345 https://x.co?a=1'],
    ['<t:99999999999999>', '<t:99999999999999>'],
  ])('is what people see of %s', async (content, expected) => {
    expect(await saidOf({ content })).toBe(expected);
  });
});

test('without the intent for it, the start says what can’t be read', () => {
  const log = { warn: vi.fn() };
  tellOfIntent({ message_content: true }, log);
  expect(log.warn).not.toHaveBeenCalled();
  tellOfIntent({ message_content: false }, log);
  expect(log.warn).toHaveBeenCalledWith(
    { setting: 'discord.message_content' },
    expect.stringContaining('nor what is forwarded'),
  );
});
