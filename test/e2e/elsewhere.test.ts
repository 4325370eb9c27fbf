import { expect, test } from 'vitest';
import { CHANNELS } from '../doubles/discord/guild.ts';
import { type DiscordWorld, useDiscord } from '../support/discord-world.ts';
import { KEEPS_ACCOUNTS, linkOnSlack, LINKED_TOKEN as TOKEN } from '../support/linked-account.ts';
import { type PageClient, wordsIn } from '../support/page-client.ts';
import { pageBeside, sharedBy } from '../support/page-world.ts';
import { callOnce, runJob } from '../support/scripts.ts';
import { until } from '../support/until.ts';
import { useWorld } from '../support/use-world.ts';
import { shown, type World } from '../support/world.ts';

let world: World;
const begin = useWorld((made) => {
  world = made;
});
let discord: DiscordWorld;
const beginDiscord = useDiscord((made) => {
  discord = made;
});

const OPTIONS = { environment: KEEPS_ACCOUNTS, approvers: ['anyone'], isStarted: false };

type Listed = { session: string; platform: string; title?: string };
const listedTo = async (browser: PageClient): Promise<Listed[]> =>
  JSON.parse((await browser.get('/page/elsewhere')).text);

/** All that a browser was told of a thread, as text. */
const told = (events: readonly Record<string, unknown>[]): string =>
  events.map((event) => `${wordsIn(event)}\n${JSON.stringify(event)}`).join('\n');

const seen = (events: readonly Record<string, unknown>[], text: string) =>
  until(
    () => `"${text}"; there is: ${told(events)}`,
    () => told(events).includes(text),
  );

test('a thread of Slack opens on the page for who may read it there, and for nobody else', async () => {
  await begin(callOnce(runJob), OPTIONS);
  const page = await pageBeside(world, sharedBy('ada-own', 'grace'));
  await world.start();
  world.slack.workspace.members.set('C0ML', ['U0ADA', 'U0GRACE']);
  await linkOnSlack(world, 'U0ADA', 'ada-own');
  const asked = world.slack.mention('U0GRACE', 'C0ML', 'train the *small* model');
  const card = await world.reply(asked, 'Run a Hugging Face Job');

  // The link stands on its status message, and grants nothing.
  const status = await world.reply(asked, 'Open on the page');
  const [, session = ''] = /\/\?open=([\w-]+)/.exec(shown(status)) ?? [];
  const [ada, grace] = [await page.browserOf('ada-own'), await page.browserOf('grace')];
  expect(await listedTo(ada)).toMatchObject([{ session, platform: 'Slack' }]);
  expect(await listedTo(grace)).toEqual([]);
  const none = await grace.readElsewhere(session);
  await until('it is refused', () => none.length > 0);
  expect(none).toEqual([{ isGone: true }]);

  const events = await ada.readElsewhere(session);
  await seen(events, 'train the');
  await seen(events, 'Run a Hugging Face Job');
  expect(told(events)).toContain('"by":"Grace"');
  expect(told(events)).not.toMatch(/"kind":"(?:buttons|menu)"|@U0GRACE/);
  world.slack.click('U0ADA', card, 'approve');
  await until('the job', () => world.hub.jobs.length === 1);
  await seen(events, 'Approved by');

  // Who is taken out of the channel is told no more of it.
  world.slack.workspace.members.set('C0ML', ['U0GRACE']);
  const anew = await ada.readElsewhere(session);
  await until('it is refused', () => anew.length > 0);
  expect(anew).toEqual([{ isGone: true }]);
  expect(await listedTo(ada)).toEqual([]);
  ada.breakOff();
  grace.breakOff();
});

test('a thread of Discord opens for who sees its channel there', { tags: 'long' }, async () => {
  await beginDiscord(callOnce(runJob), OPTIONS);
  const page = await pageBeside(discord.world, sharedBy('ada-own'));
  await discord.start();
  discord.world.hub.identities.set(TOKEN, 'ada-own');
  discord.discord.slash('ada', CHANNELS.ml, 'account');
  const offered = await discord.told('ada', 'Sign in with a token');
  discord.discord.clickPrivate('ada', CHANNELS.ml, offered, 'account_sign_in');
  await discord.discord.submit('ada', { text: TOKEN });
  await discord.told('ada', 'You are signed in as ada-own.');
  const asked = discord.discord.mention('grace', CHANNELS.ml, 'train it');
  await discord.reply(asked.id, 'Run a Hugging Face Job');
  await discord.reply(asked.id, 'Open on the page');
  const ada = await page.browserOf('ada-own');
  const [one] = await listedTo(ada);
  expect(one).toMatchObject({ platform: 'Discord' });
  const events = await ada.readElsewhere(one?.session ?? '');
  await seen(events, 'train it');
  await seen(events, 'Run a Hugging Face Job');
  ada.breakOff();
});
