import {
  Client,
  DiscordAPIError,
  Events,
  GatewayCloseCodes,
  GatewayIntentBits,
  Options,
  Partials,
  REST,
  RESTEvents,
  Status,
} from 'discord.js';
import { type Link, withFailures } from '../../src/controller/last-seen-loop.ts';
import type { Platform, PlatformPorts } from '../../src/controller/platform.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { InFlight } from '../../src/lib/in-flight.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Tokens } from '../../src/lib/tokens.ts';
import type { BytesOf } from '../../src/thread/delivery/outgoing.ts';
import { catchUp } from '../shared/catch-up.ts';
import type { Door } from '../shared/door.ts';
import { drained } from '../shared/draining.ts';
import { type Listening, startListening } from '../shared/starting.ts';
import { guildHistory } from './catch-up.ts';
import { listenToCommands, pointing, syncCommands } from './commands.ts';
import { guildDoor, refuseOpenBot } from './door.ts';
import { retryingGateway } from './gateway.ts';
import { greetServers } from './hello.ts';
import { listen } from './inbound.ts';
import { listenToInteractions } from './interactions.ts';
import { createDiscordOutbound, DIRECT } from './outbound.ts';
import { inviteLink } from './permissions.ts';
import { INTENT_REFUSED, TOKEN_REFUSED, tellOfIntent } from './probe.ts';
import { listenToReopenings } from './reopening.ts';
import { restOptions } from './rest.ts';
import { createRoles } from './roles.ts';
import type { DiscordSettings } from './settings.ts';
import { TRAITS } from './traits.ts';
import { createTyping, type Typing } from './typing.ts';
import { fileLimit } from './uploads.ts';
import { canRead } from './visibility.ts';

const TROUBLE = 'Discord’s client reports trouble';

export type DiscordOptions = DiscordSettings & { token: string; clock: Clock };

/**
 * Discord, over its gateway and its REST API. Connects when it is started; throws ConfigError where it is
 * refused.
 */
export function createDiscord(
  settings: DiscordOptions,
  bytesOf: BytesOf,
  log: Logger,
  tokens: Tokens,
): Platform {
  const discord = clientsOf(settings, log, tokens);
  const { client, sending } = discord;
  return {
    link: discord.link,
    outbound: createDiscordOutbound(
      {
        rest: sending,
        botId: () => client.user?.id ?? '',
        bytesOf,
        fileLimitOf: (guild) => fileLimit(client.guilds.cache.get(guild)?.premiumTier),
        typing: discord.typing,
      },
      { asksFeedback: settings.feedback },
    ),
    ...createRoles(discord.asking, settings.clock),
    async mayRead({ address, requester }, person, withinMs) {
      // A direct message is between the bot and one person.
      if (address.workspace === DIRECT) return requester.id === person;
      return canRead(client, person, address, withinMs);
    },
    async start(ports) {
      discord.workIn = ports.workIn;
      const { readingBack } = await startListening(gatewayListening(discord), ports, discord.stopping.signal);
      discord.background = readingBack;
    },
    stop: () => stop(discord),
  };
}

type Discord = {
  settings: DiscordOptions;
  log: Logger;
  client: Client;
  /**
   * For what threads show: what it would have to hold back is given back, and decided anew when its time has
   * come.
   */
  sending: REST;
  asking: REST;
  door: Door;
  link: ReturnType<typeof withFailures>;
  inFlight: InFlight;
  stopping: AbortController;
  /** Reading back what was missed. */
  background: Promise<void>;
  typing: Typing;
  /** Known once it is started. */
  workIn: PlatformPorts['workIn'] | undefined;
};

function clientsOf(settings: DiscordOptions, log: Logger, tokens: Tokens): Discord {
  const rest = restOptions(settings.api_url);
  const stopping = new AbortController();
  const client = clientOf(settings, stopping.signal);
  client.on(Events.Error, (error) => log.warn({ err: error }, TROUBLE));
  client.on(Events.Warn, (text) => log.warn({ detail: text }, TROUBLE));
  const sending = new REST({ ...rest, rejectOnRateLimit: () => true }).setToken(settings.token);
  const asking = new REST({ ...rest, retries: 2 }).setToken(settings.token);
  for (const one of [client.rest, sending, asking]) keepToken(one, settings.token);
  const { clock, allowed_guilds: named } = settings;
  const discord: Discord = {
    settings,
    log,
    client,
    sending,
    asking,
    door: guildDoor({ client, named, rest: asking, clock, log }),
    link: withFailures(linkOf(client, log, tokens)),
    inFlight: new InFlight(),
    stopping,
    background: Promise.resolve(),
    workIn: undefined,
    typing: createTyping({
      ...{ rest: sending, clock, log },
      workIn: async (address) => discord.workIn?.(address) ?? 'none',
    }),
  };
  return discord;
}

function clientOf({ api_url, shards, message_content }: DiscordOptions, signal: AbortSignal): Client {
  const rest = restOptions(api_url);
  return new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      ...(message_content ? [GatewayIntentBits.MessageContent] : []),
    ],
    partials: [Partials.Channel, Partials.Message],
    shards: shards === 'auto' ? 'auto' : Array.from({ length: shards }, (_, i) => i),
    ...(shards === 'auto' ? {} : { shardCount: shards }),
    makeCache: Options.cacheWithLimits({ ...Options.DefaultMakeCacheSettings, MessageManager: 50 }),
    allowedMentions: { parse: [] },
    rest: { ...rest, retries: 2 },
    ws: { buildStrategy: (manager) => retryingGateway(manager, signal) },
  });
}

/** How Discord is listened to. */
const gatewayListening = (discord: Discord): Listening<ReturnType<typeof listen>> => ({
  listen(ports) {
    const { door, log, inFlight, link } = discord;
    // Before it is ready nothing is delivered; right after that something may be.
    const client = discord.client as Client<true>;
    const controller = ports.controllerOf(TRAITS, door.admission);
    const { forums, clock } = discord.settings;
    const behind = () => link.fail();
    const take = listen(client, { controller, forums, clock, log, behind });
    const answering = { controller, log, inFlight };
    listenToInteractions(client, { ...answering, pointedAt: pointing(client) });
    listenToCommands({ ...answering, client });
    listenToReopenings(client, door, ports.reopened, log);
    greetServers(client, { controller, door, inFlight, log });
    return take;
  },
  async connect() {
    const { settings, log } = discord;
    const client = await loggedIn(discord.client, settings.token);
    await refuseOpenBot(client, settings.allowed_guilds);
    await offerCommands(discord, client.application.id);
    log.info({ bot: client.user.id, invite: inviteLink(client.application.id) }, 'listening to Discord');
    tellOfIntent(settings, log);
  },
  missed({ lastSeen }, take) {
    const { settings, log, link, door } = discord;
    const client = discord.client as Client<true>;
    return {
      ...{ link, clock: settings.clock, log, platform: 'discord' },
      workspaces: async () => [DIRECT, ...[...client.guilds.cache.keys()].filter(door.isAllowed)],
      catchUp: (workspace, missed) =>
        catchUp(guildHistory({ client, lastSeen, take }, workspace), { lastSeen, log }, missed),
    };
  },
});

/** Registers slash commands, everywhere or in the guilds that the settings name. */
async function offerCommands({ settings, asking, log }: Discord, application: string): Promise<void> {
  const named = settings.command_guilds;
  for (const guild of named.length > 0 ? named : [undefined]) {
    await syncCommands(asking, application, guild).then(
      (isChanged) => log.debug({ guild, isChanged }, 'slash commands are registered'),
      // Of the other guilds, and of messages, it can still be told.
      (error: unknown) => log.error({ err: error, guild }, 'slash commands could not be registered'),
    );
  }
}

async function stop({ inFlight, stopping, client, background, typing }: Discord): Promise<void> {
  await typing.stop();
  await drained(inFlight, () => {
    stopping.abort();
    return client.destroy();
  });
  await background;
}

/** Resolves once the bot is ready. Throws ConfigError where Discord refuses the token or the intents. */
async function loggedIn(client: Client, token: string): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  try {
    await client.login(token);
  } catch (error) {
    const isRefused =
      (error instanceof DiscordAPIError && error.status === 401) ||
      (error instanceof Error && 'code' in error && error.code === 'TokenInvalid');
    if (isRefused) throw new ConfigError(TOKEN_REFUSED);
    if (messageOf(error).toLowerCase().includes('intent')) throw new ConfigError(INTENT_REFUSED);
    throw error;
  }
  return ready;
}

/** A client drops a token that was refused once, and could never find out that it is taken again. */
function keepToken(rest: REST, token: string): void {
  rest.on(RESTEvents.Response, (_request, { status }) => {
    if (status === 401) setImmediate(() => rest.setToken(token));
  });
}

/** Up while every shard is; what a resumed connection missed, Discord sends itself. */
function linkOf(client: Client, log: Logger, tokens: Tokens): Link {
  const listeners: (() => void)[] = [];
  const connected = new Set<number>();
  let trouble: string | undefined;
  let broken: Error | undefined;
  const isBack = (shard: number) => {
    connected.add(shard);
    trouble = undefined;
    broken = undefined;
  };
  client.on(Events.ShardReady, (shard) => {
    isBack(shard);
    tokens.taken('DISCORD_TOKEN');
    for (const listener of listeners) listener();
  });
  client.on(Events.ShardResume, isBack);
  client.on(Events.ShardError, (error) => {
    broken = error;
  });
  client.on(Events.ShardReconnecting, (shard) => {
    // Discord moves connections every now and then: only a second one that fails is worth a word.
    if (connected.delete(shard)) return log.info({ shard }, 'the connection to Discord was lost');
    trouble = broken?.message ?? 'the gateway does not answer';
    log.warn({ shard, err: broken, trouble }, 'Discord can’t be connected to; it is tried again');
  });
  client.on(Events.ShardDisconnect, ({ code }, shard) => {
    trouble = `Discord has ended the connection for good (${code})`;
    if (code === GatewayCloseCodes.AuthenticationFailed) tokens.refused('DISCORD_TOKEN', 'Discord', code);
    else log.error({ code, shard }, 'Discord has ended the connection for good: nothing is heard from it');
  });
  const isShardUp = ({ status }: { status: Status }) => status === Status.Ready;
  return {
    isUp: () => client.isReady() && client.ws.shards.every(isShardUp),
    onUp: (listener) => void listeners.push(listener),
    trouble: () => trouble,
  };
}
