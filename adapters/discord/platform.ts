import { requireSecret } from '../../src/config/load.ts';
import type { PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { hasProxy } from '../../src/lib/network.ts';
import { FOR_CHAT } from '../shared/settings.ts';
import { proxyGateway } from './gateway-proxy.ts';
import { MENTIONS } from './mentions.ts';
import { discordProbe } from './probe.ts';
import {
  DISCORD_LOOKS,
  DISCORD_PLACES,
  DISCORD_VARIABLES,
  DiscordSettings,
  type DiscordVariable,
} from './settings.ts';

export const discord: PlatformDefinition<typeof DiscordSettings, DiscordVariable> = {
  name: 'discord',
  title: 'Discord',
  settings: DiscordSettings,
  variables: DISCORD_VARIABLES,
  places: DISCORD_PLACES,
  looks: DISCORD_LOOKS,
  mentions: MENTIONS,
  leastSettings: 'DISCORD_TOKEN (docs/DISCORD.md)',

  isBegun: ({ has }) => has('DISCORD_TOKEN'),
  names: ({ allowed_guilds }) => allowed_guilds,
  needs: () => ({ faults: [], needs: [] }),
  isConfigured: ({ secrets }) => secrets.DISCORD_TOKEN !== undefined,

  probes({ settings, secrets: { DISCORD_TOKEN: token }, isWrong }) {
    if (settings === undefined || token === undefined || isWrong('api_url')) return [];
    const namesGuilds = settings.allowed_guilds.length > 0 || isWrong('allowed_guilds');
    const wanted = { readsMessages: settings.message_content, namesGuilds };
    return [discordProbe(settings.api_url, token, wanted)];
  },
  prepare() {
    if (hasProxy()) proxyGateway();
  },
  async connect(configured, { clock, bytesOf, log, tokens }) {
    const { createDiscord } = await import('./discord.ts'); // its library takes long to load
    const token = requireSecret(configured, 'DISCORD_TOKEN', FOR_CHAT, DISCORD_VARIABLES);
    return createDiscord({ ...configured.settings, clock, token }, bytesOf, log, tokens);
  },
};
