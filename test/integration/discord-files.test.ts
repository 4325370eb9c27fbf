import { REST } from 'discord.js';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inComponents } from '../../adapters/discord/components.ts';
import { createDiscordOutbound } from '../../adapters/discord/outbound.ts';
import { restOptions } from '../../adapters/discord/rest.ts';
import { fileLimit } from '../../adapters/discord/uploads.ts';
import type { ViewBody } from '../../src/thread/view/view-message.ts';
import { BOT_USER, CHANNELS, GUILD, PEOPLE } from '../doubles/discord/guild.ts';
import { DiscordDouble } from '../doubles/discord/server.ts';

let discord: DiscordDouble;
beforeAll(async () => {
  discord = await DiscordDouble.start({ rateScale: 100 });
});
afterAll(() => discord.close());

const MB = 1024 * 1024;

const address = {
  platform: 'discord' as const,
  workspace: GUILD,
  channel: CHANNELS.ml,
  thread: CHANNELS.ml,
};

function outboundFor(bytes: number) {
  const rest = new REST(restOptions(`${discord.url}/api`)).setToken(discord.token);
  return createDiscordOutbound(
    {
      rest,
      botId: () => BOT_USER.id,
      bytesOf: async () => new Uint8Array(bytes),
      fileLimitOf: () => fileLimit(discord.guild.premiumTier),
      typing: { show() {} },
    },
    { asksFeedback: false },
  );
}

/** Shares a file in a channel of the guild, and gives the message that shows it. */
async function share(name: string, bytes: number, key: string) {
  const outbound = outboundFor(bytes);
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

const JOB = 'https://huggingface.co/jobs/ada/666666687f911eaea8000001';

/** What tells ada of a failed job, as it is sent. */
function endOf(more: Partial<Extract<ViewBody, { kind: 'notice' }>>) {
  const body: ViewBody = {
    kind: 'notice',
    text: `❌ [IMDB · a_b](${JOB}) ran out of GPU memory · **$1.20**\nWhat may help: half of it.`,
    mentions: [PEOPLE.ada.id],
    job: {
      watchId: 'w_1',
      name: 'IMDB',
      jobId: 'abc',
      remedies: [{ kind: 'half_batch' }],
      controls: ['half_batch', 'log'],
    },
    ...more,
  };
  const [sent] = inComponents({ key: 'notice/1', exchange: 1, body }, 1, { asksFeedback: false });
  if (sent === undefined) throw new Error('nothing is printed');
  return sent;
}

const CALLED = `<@${PEOPLE.ada.id}> ❌ IMDB · a_b ran out of GPU memory · $1.20\nWhat may help: half of it.`;

test('an end with its curve calls by words alone, and then leads to the job; its buttons stay', async () => {
  const outbound = outboundFor(10);
  const picture = { fileId: 'f1', name: 'loss-1.png', alt: 'a line' };
  const sent = await outbound.post(address, 'file/f1', endOf({ picture }));
  if (!sent.ok) throw new Error(`not sent: ${sent.reason}`);
  expect(discord.pushes.at(-1)).toEqual(expect.objectContaining({ to: PEOPLE.ada.id, text: CALLED }));
  const message = discord.guild.messages.get(sent.platformId);
  expect(message?.content).toContain(`❌ [IMDB · a_b](${JOB}) ran`);
  expect(JSON.stringify(message?.components)).toMatch(/Re-run with half the batch.*"Logs"/);
  expect(message?.attachments).toHaveLength(1);
  expect(await outbound.find(address, 'file/f1', endOf({ picture }))).toEqual(sent);
});

test.each([
  ['tables', { tables: [{ caption: 'Runs', columns: [{ title: 'Run' }], rows: [[{ text: 'IMDB' }]] }] }],
  ['a time', { times: [{ words: 'half', at: new Date(0) }] }],
  ['nothing else', {}],
])('a message that calls people is found as what it is first, with %s', async (_what, more) => {
  const outbound = outboundFor(10);
  const { job: _none, ...withoutButtons } = { ...more, job: undefined };
  const sought = endOf({ ...withoutButtons, text: `Note of ${_what}` });
  const plain =
    sought.kind === 'message' && sought.first ? { kind: 'message' as const, body: sought.first } : sought;
  const buttonless = plain.kind === 'message' ? { ...plain, body: { ...plain.body, components: [] } } : plain;
  const sent = await outbound.post(address, `notice/${_what}`, buttonless);
  expect(await outbound.find(address, `notice/${_what}`, sought)).toEqual(sent);
});
