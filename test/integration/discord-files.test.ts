import { REST } from 'discord.js';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDiscordOutbound } from '../../adapters/discord/outbound.ts';
import { restOptions } from '../../adapters/discord/rest.ts';
import { fileLimit } from '../../adapters/discord/uploads.ts';
import { BOT_USER, CHANNELS, GUILD } from '../doubles/discord/guild.ts';
import { DiscordDouble } from '../doubles/discord/server.ts';

let discord: DiscordDouble;
beforeAll(async () => {
  discord = await DiscordDouble.start({ rateScale: 100 });
});
afterAll(() => discord.close());

const MB = 1024 * 1024;

/** Shares a file in a channel of the guild, and gives the message that shows it. */
async function share(name: string, bytes: number, key: string) {
  const rest = new REST(restOptions(`${discord.url}/api`)).setToken(discord.token);
  const outbound = createDiscordOutbound(
    {
      rest,
      botId: () => BOT_USER.id,
      bytesOf: async () => new Uint8Array(bytes),
      fileLimitOf: () => fileLimit(discord.guild.premiumTier),
      typing: { show() {} },
    },
    { asksFeedback: false },
  );
  const address = {
    platform: 'discord' as const,
    workspace: GUILD,
    channel: CHANNELS.ml,
    thread: CHANNELS.ml,
  };
  const upload = { kind: 'upload' as const, file: { id: 'f1', name }, text: 'The losses \\(all\\)' };
  const sent = await outbound.post(address, key, upload);
  const found = await outbound.find(address, key, upload);
  expect(found).toEqual(sent);
  if (!sent.ok) throw new Error(`not sent: ${sent.reason}`);
  return discord.guild.messages.get(sent.platformId);
}

test('a picture is shown, read out by its text, and any other file is there to be downloaded', async () => {
  const picture = await share('loss curve (1).png', 10, 'k1');
  expect(picture?.attachments[0]?.filename).toBe('loss_curve_1_.png');
  expect(picture?.components).toMatchObject([
    { content: 'The losses \\(all\\)' },
    { items: [{ media: { url: 'attachment://loss_curve_1_.png' }, description: 'The losses (all)' }] },
  ]);
  const file = await share('log.txt', 10, 'k2');
  expect(file?.components).toMatchObject([{}, { file: { url: 'attachment://log.txt' } }]);
});

test('a file is as large as the boosts of the server allow; a larger one is told of', async () => {
  const refused = await share('weights.npz', 11 * MB, 'k3');
  expect(refused?.attachments).toEqual([]);
  expect(JSON.stringify(refused?.components)).toContain(
    'is 11 MB, and this server takes files of at most 10 MB',
  );
  discord.guild.premiumTier = 2;
  const taken = await share('weights.npz', 11 * MB, 'k4');
  expect(taken?.attachments).toHaveLength(1);
});

test('a file is sent whichever version of undici the process has loaded first', async () => {
  const before = getGlobalDispatcher();
  setGlobalDispatcher(new Agent());
  try {
    const message = await share('rows.csv', 10, 'file/f9#0');
    expect(message?.attachments).toHaveLength(1);
  } finally {
    setGlobalDispatcher(before);
  }
});
