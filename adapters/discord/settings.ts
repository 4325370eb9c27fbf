import { z } from 'zod';
import { token, type Variable } from '../../src/config/secrets.ts';
import { count, flag, idList, url } from '../../src/config/setting-types.ts';
import type { Look } from '../../src/config/shapes.ts';
import { FEEDBACK } from '../shared/settings.ts';

/** `discord` in the config file. */
export const DiscordSettings = z.strictObject({
  api_url: url.default('https://discord.com/api').describe('Base URL of the REST API, without a version.'),
  allowed_guilds: idList(/^\d{15,21}$/, 'must be ids of servers, such as 800000000000000001').describe(
    'The only servers (guilds) that may use the bot: what a public bot needs. Without a list they are those that a bot is in which only its owner can add.',
  ),
  message_content: flag
    .default(true)
    .describe(
      'Whether the bot is told of messages that do not mention it, in threads of its own: the "Message Content" intent.',
    ),
  forums: z
    .array(z.string())
    .default([])
    .describe('Forum and media channels where every new post begins a session (channel ids).'),
  command_guilds: z
    .array(z.string())
    .default([])
    .describe('Guilds that get the slash commands at once; [] registers them everywhere.'),
  shards: z
    .union([z.literal('auto'), count])
    .default(1)
    .describe('Gateway connections; "auto" asks Discord how many.'),
  feedback: FEEDBACK,
});
export type DiscordSettings = z.infer<typeof DiscordSettings>;

export type DiscordVariable = 'DISCORD_TOKEN';

export const DISCORD_VARIABLES: Readonly<Record<DiscordVariable, Variable>> = {
  DISCORD_TOKEN: {
    check: token((value) =>
      /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value) ? undefined : 'must have three parts with dots between them',
    ),
    help: 'the token of your Discord bot; from "Bot > Reset Token" at https://discord.com/developers/applications',
  },
};

export const DISCORD_LOOKS: readonly Look[] = [
  [/^[\w-]{20,}\.[\w-]{5,}\.[\w-]{20,}$/, 'a bot token of Discord, which belongs to DISCORD_TOKEN'],
  [/^Bot /, 'a token with "Bot " before it: leave that out'],
];

/** Ids are snowflakes: https://docs.discord.com/developers/reference#snowflakes. */
export const DISCORD_PLACES = { workspace: /^\d{15,21}$/, channel: /^\d{15,21}$/ };
