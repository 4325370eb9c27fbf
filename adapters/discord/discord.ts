import { Client, DiscordAPIError, Events, GatewayIntentBits, Options, Partials, REST } from 'discord.js';
import type { Config } from '../../src/config/load.ts';
import { ConfigError } from '../../src/config/load.ts';
import { messageOf } from '../../src/ops/errors.ts';
import type { Logger } from '../../src/ops/log.ts';
import type { BytesOf } from '../../src/thread/payloads.ts';
import type { Platform, PlatformParts } from '../../src/thread/platform.ts';
import { followPresence, type Link, withFailures } from '../../src/thread/presence-loop.ts';
import { catchUp } from './catch-up.ts';
import { asker, listenToCommands, syncCommands } from './commands.ts';
import { createGate, createRoles } from './gate.ts';
import { listen } from './inbound.ts';
import { listenToInteractions } from './interactions.ts';
import { createDiscordOutbound, DIRECT } from './outbound.ts';
import { inviteLink } from './permissions.ts';
import { restOptions } from './rest.ts';
import { fileLimit } from './uploads.ts';

export type DiscordSettings = Config['discord'] & { token: string };

/** Discord, over its gateway and its REST API. Connects when it is started; throws ConfigError where it is refused. */
export function createDiscord(settings: DiscordSettings, bytesOf: BytesOf, log: Logger): Platform {
  const rest = restOptions(settings.api_url);
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      ...(settings.message_content ? [GatewayIntentBits.MessageContent] : []),
    ],
    partials: [Partials.Channel, Partials.Message],
    shards: settings.shards === 'auto' ? 'auto' : Array.from({ length: settings.shards }, (_, i) => i),
    ...(settings.shards === 'auto' ? {} : { shardCount: settings.shards }),
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 50 }),
    allowedMentions: { parse: [] },
    rest: { ...rest, retries: 2 },
  });
  /** For what threads show: what it would have to hold back is given back, and decided anew when its time has come. */
  const sending = new REST({ ...rest, rejectOnRateLimit: () => true }).setToken(settings.token);
  const asking = new REST({ ...rest, retries: 2 }).setToken(settings.token);
  const roles = createRoles(asking);
  const stopping = new AbortController();
  let background: Promise<void> = Promise.resolve();
  client.on(Events.Error, (error) =>
    log.warn({ error: error.message, from: 'discord' }, 'the gateway has trouble'),
  );
  client.on(Events.Warn, (text) => log.warn({ from: 'discord' }, text));
  const link = withFailures(linkOf(client));

  return {
    outbound: createDiscordOutbound(
      sending,
      () => client.user?.id ?? '',
      bytesOf,
      (guild) => fileLimit(client.guilds.cache.get(guild)?.premiumTier),
      { asksFeedback: settings.feedback },
    ),
    isMember: roles,
    async start(parts) {
      // Before it is ready nothing is delivered; right after that something may be.
      const take = listenToAll(client as Client<true>, parts, settings, log, () => link.fail());
      const ready = await connect(client, settings.token);
      for (const guild of settings.command_guilds.length > 0 ? settings.command_guilds : [undefined]) {
        const isChanged = await syncCommands(asking, ready.application.id, guild);
        log.debug({ guild, isChanged }, 'slash commands are registered');
      }
      log.info({ bot: ready.user.id, invite: inviteLink(ready.application.id) }, 'listening to Discord');
      const { presence } = parts;
      background = followPresence(
        {
          link,
          log,
          presence,
          platform: 'discord',
          workspaces: async () => [DIRECT, ...ready.guilds.cache.keys()],
          catchUp: (workspace, signal, since) =>
            catchUp({ client: ready, presence, log, take }, workspace, signal, since),
        },
        stopping.signal,
      );
    },
    async stop() {
      stopping.abort();
      await client.destroy();
      await background;
    },
  };
}

function listenToAll(
  client: Client<true>,
  parts: PlatformParts,
  { forums }: DiscordSettings,
  log: Logger,
  behind: () => void,
) {
  const { intake, decisions, access, channelRules, attachments, models } = parts;
  const gate = createGate(access, channelRules);
  const take = listen(client, { intake, decisions, gate, attachments, forums, log, behind });
  listenToInteractions(client, {
    ...parts,
    gate,
    log,
    models: models.choices,
    hasBudgets: models.hasBudgets,
    ask: asker(client, intake, attachments),
  });
  listenToCommands({ ...parts, client, gate, log });
  return take;
}

/** Resolves once the bot is ready. Throws ConfigError where Discord refuses the token or the intents. */
async function connect(client: Client, token: string): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  try {
    await client.login(token);
  } catch (error) {
    if (isRefusedToken(error)) {
      throw new ConfigError(
        'DISCORD_TOKEN was refused by Discord. Copy a new one from "Bot > Reset Token" of your application at https://discord.com/developers/applications.',
      );
    }
    if (messageOf(error).toLowerCase().includes('intent')) {
      throw new ConfigError(
        'Discord refused the "Message Content" intent. Turn it on under "Bot > Privileged Gateway Intents" of your application, or set discord.message_content to false: then only mentions and direct messages are read.',
      );
    }
    throw error;
  }
  return ready;
}

const isRefusedToken = (error: unknown): boolean =>
  (error instanceof DiscordAPIError && error.status === 401) ||
  (error instanceof Error && 'code' in error && error.code === 'TokenInvalid');

/** Up while every shard is; what a resumed connection missed, Discord sends itself. */
function linkOf(client: Client): Link {
  const listeners: (() => void)[] = [];
  client.on(Events.ShardReady, () => {
    for (const listener of listeners) listener();
  });
  return { isUp: () => client.isReady(), onUp: (listener) => void listeners.push(listener) };
}
