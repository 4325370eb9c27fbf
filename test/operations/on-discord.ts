import { BOT_USER, CHANNELS, type DiscordMessage } from '../doubles/discord/guild.ts';
import type { DiscordDouble } from '../doubles/discord/server.ts';
import { until } from '../support/until.ts';
import { TIMEOUT_MS } from './bot.ts';
import type { Site } from './site.ts';

/** A Discord of a situation's own, and the settings of a bot that is there instead of in Slack. */
export async function onDiscord(
  site: Site,
): Promise<{ discord: DiscordDouble; environment: Record<string, string> }> {
  const discord = await site.discord();
  const environment = {
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: `${discord.url}/api`,
    SLACK_BOT_TOKEN: '',
    SLACK_APP_TOKEN: '',
  };
  return { discord, environment };
}

/** Ada asks something in a channel; the thread has the id of her message. */
export const askOnDiscord = (discord: DiscordDouble, text: string): DiscordMessage =>
  discord.mention('ada', CHANNELS.ml, text);

/** What the bot shows in a thread, the oldest first. */
export const postsIn = (discord: DiscordDouble, thread: string): DiscordMessage[] =>
  [...discord.guild.messages.values()].filter(
    ({ channel_id, author }) => channel_id === thread && author.id === BOT_USER.id,
  );

export const shownOnDiscord = (discord: DiscordDouble, thread: string): string =>
  postsIn(discord, thread)
    .map(({ content, components }) => `${content}\n${JSON.stringify(components)}`)
    .join('\n---\n');

/** Waits until a thread shows a text. */
export async function showsOnDiscord(
  site: Site,
  discord: DiscordDouble,
  thread: string,
  text: string,
): Promise<void> {
  await until(
    () => `"${text}" in the thread, which shows: ${shownOnDiscord(discord, thread)}\n${site.describe()}`,
    () => shownOnDiscord(discord, thread).includes(text),
    TIMEOUT_MS,
  );
}
