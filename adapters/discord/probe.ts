import { z } from 'zod';
import type { Logger } from '../../src/lib/log.ts';
import { askOverHttp, FINE, type Probe, refused } from '../../src/lib/probe.ts';

/**
 * Flags of an application:
 * https://discord.com/developers/docs/resources/application#application-object-application-flags
 */
const MESSAGE_CONTENT = 1 << 18;
const MESSAGE_CONTENT_LIMITED = 1 << 19;

const Application = z.object({ flags: z.number().optional(), bot_public: z.boolean().optional() });

export const TOKEN_REFUSED =
  'DISCORD_TOKEN was refused by Discord. Copy a new one from "Bot > Reset Token" of your application at https://discord.com/developers/applications.';

export const INTENT_REFUSED =
  'Discord refused the "Message Content" intent. Turn it on under "Bot > Privileged Gateway Intents" of your application, or set discord.message_content to false: then only mentions and direct messages are read.';

/**
 * Says at the start what can't be read without the intent for it:
 * https://docs.discord.com/developers/events/gateway#message-content-intent
 */
export function tellOfIntent(
  { message_content }: { message_content: boolean },
  log: Pick<Logger, 'warn'>,
): void {
  if (message_content) return;
  log.warn(
    { setting: 'discord.message_content' },
    'without the "Message Content" intent Discord does not tell what most messages say, nor what is forwarded',
  );
}

export const PUBLIC_WITHOUT_LIST =
  'discord.allowed_guilds (DISCORD_ALLOWED_GUILDS) is not set, and anybody may add this bot to a server: name the servers that may use it, or turn off "Public Bot" under "Bot" of your application at https://discord.com/developers/applications.';

type Wanted = { readsMessages: boolean; namesGuilds: boolean };

/**
 * Asks Discord whether it takes the token, and lets the bot read messages where it is to; and whether anybody
 * may add the bot to a server where nobody has said which may use it.
 */
export function discordProbe(apiUrl: string, token: string, { readsMessages, namesGuilds }: Wanted): Probe {
  const who = `Discord at ${new URL(apiUrl).host}`;
  const place = { who, setting: 'DISCORD_API_URL', url: `${apiUrl}/v10/applications/@me` };
  return {
    who,
    ask: (signal) =>
      askOverHttp(place, { headers: { authorization: `Bot ${token}` }, signal }, ({ status, json }) => {
        if (status === 401 || status === 403) return refused(TOKEN_REFUSED);
        const { flags, bot_public: isPublic = true } = Application.safeParse(json).data ?? {};
        const mayRead = flags === undefined || (flags & (MESSAGE_CONTENT | MESSAGE_CONTENT_LIMITED)) !== 0;
        if (readsMessages && !mayRead) return refused(INTENT_REFUSED);
        return isPublic && !namesGuilds ? refused(PUBLIC_WITHOUT_LIST) : FINE;
      }),
  };
}
