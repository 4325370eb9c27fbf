import {
  ChannelType,
  type Client,
  Events,
  type Guild,
  PermissionFlagsBits,
  type TextChannel,
} from 'discord.js';
import type { Card } from '../../src/controller/cards.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { InFlight } from '../../src/lib/in-flight.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Delivery } from '../../src/thread/delivery/outbound.ts';
import type { Door } from '../shared/door.ts';
import { saidBy } from '../shared/hello.ts';
import { plainMessagesOf } from './cards.ts';
import { REST_API } from './delivery.ts';
import { nonceOf } from './ids.ts';

type HelloDeps = {
  controller: Pick<Controller, 'greet' | 'mayTalkIn'>;
  door: Pick<Door, 'isAllowed'>;
  inFlight: InFlight;
  log: Logger;
};

/**
 * Says hello in a server that the bot was added to. Discord tells of every server at each start, so one that
 * was joined while nobody listened is found then, and what failed is tried again.
 */
export function greetServers(client: Client<true>, deps: HelloDeps): void {
  const { door, inFlight, log } = deps;
  const invited = (guild: Guild): void => {
    if (!door.isAllowed(guild.id)) return;
    const said = greetIn(guild, deps).catch((error: unknown) =>
      log.warn({ err: error, guild: guild.id }, 'hello is said at the next start'),
    );
    void inFlight.track(said);
  };
  client.on(Events.GuildCreate, invited);
  client.on(Events.GuildAvailable, invited);
  client.on(Events.ClientReady, ({ guilds }) => {
    for (const guild of guilds.cache.values()) invited(guild);
  });
}

async function greetIn(guild: Guild, { controller }: HelloDeps): Promise<void> {
  const channel = channelIn(guild, controller);
  if (channel === undefined) return;
  await controller.greet({
    place: { platform: 'discord', workspace: guild.id, channel: channel.id },
    isWhole: true,
    say: async (card, isOutcomeOpen) => saidBy(await say(channel, card, isOutcomeOpen)),
  });
}

/** Where a server is told news, else its first text channel where the bot may write and be used. */
function channelIn(guild: Guild, { mayTalkIn }: HelloDeps['controller']): TextChannel | undefined {
  const { me } = guild.members;
  const all = [...guild.channels.cache.values()].flatMap((channel) =>
    channel.type === ChannelType.GuildText ? [channel] : [],
  );
  const open = all.filter(
    (channel) => mayTalkIn(channel.id) && me !== null && (channel.permissionsFor(me)?.has(WRITES) ?? false),
  );
  return (
    open.find(({ id }) => id === guild.systemChannelId) ?? open.sort((a, b) => a.position - b.position)[0]
  );
}

const WRITES = [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.SendMessages];

/** Plain words, which a phone shows as well. */
async function say(channel: TextChannel, card: Card, isOutcomeOpen: boolean): Promise<Delivery> {
  const [content = ''] = plainMessagesOf(card);
  return REST_API.delivered(async () => {
    if (isOutcomeOpen) {
      const there = await channel.messages.fetch({ limit: 50 });
      const own = there.find(
        ({ author, content: said }) => author.id === channel.client.user.id && said === content,
      );
      if (own !== undefined) return own.id;
    }
    const once = { nonce: nonceOf(channel.id, 'hello'), enforceNonce: true };
    return (await channel.send({ content, allowedMentions: { parse: [] }, ...once })).id;
  });
}
