import { ChannelType, Client, Message } from 'discord.js';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { tellOfIntent } from '../../adapters/discord/probe.ts';
import { discordReader } from '../../adapters/discord/reading.ts';

const ADA = '600000000000000001';
const client = new Client({ intents: [] }) as Client<true>;
Object.assign(client, { user: { id: '600000000000000002' } });
afterAll(() => client.destroy());
const ada = { id: ADA, username: 'ada', global_name: 'Ada', discriminator: '0', avatar: null };
const channel = { type: ChannelType.DM, client };

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
