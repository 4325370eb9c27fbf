import { type Client, Events } from 'discord.js';
import type { Place, Reopened } from '../../src/controller/platform.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Door } from '../shared/door.ts';

/**
 * What was refused somewhere is tried again when something says that it may be taken by now: a thread was
 * opened or unlocked, the rights of a channel, a role or the bot itself were changed, or the bot was invited
 * to a server (again).
 */
export function listenToReopenings(
  client: Client<true>,
  { isAllowed }: Pick<Door, 'isAllowed'>,
  reopened: Reopened,
  log: Logger,
): void {
  const tryAgain = (place: Omit<Place, 'platform'> & { workspace: string }): void => {
    if (!isAllowed(place.workspace)) return;
    reopened({ platform: 'discord', ...place }).catch((error: unknown) =>
      log.warn({ err: error, ...place }, 'what was refused is tried again later'),
    );
  };
  client.on(Events.ThreadUpdate, (before, { id, guildId, archived, locked }) => {
    const isOpened = (before.archived === true && !archived) || (before.locked === true && !locked);
    if (isOpened) tryAgain({ workspace: guildId, thread: id });
  });
  client.on(Events.ChannelUpdate, (_before, channel) => {
    if (!channel.isDMBased()) tryAgain({ workspace: channel.guildId, channel: channel.id });
  });
  client.on(Events.GuildRoleUpdate, (_before, { guild }) => tryAgain({ workspace: guild.id }));
  client.on(Events.GuildMemberUpdate, (_before, member) => {
    if (member.id === client.user.id) tryAgain({ workspace: member.guild.id });
  });
  client.on(Events.GuildCreate, ({ id }) => tryAgain({ workspace: id }));
}
