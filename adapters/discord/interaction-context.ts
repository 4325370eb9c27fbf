import { ChannelType, type Client, GuildMember, type Interaction, PermissionFlagsBits } from 'discord.js';
import type { From } from '../../src/controller/from.ts';
import type { Who } from '../../src/controller/people.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { sourceOf } from '../shared/source.ts';
import { ROLE } from './mentions.ts';
import { DIRECT } from './outbound.ts';
import { canRead } from './visibility.ts';

/** Somebody with the roles that they have where they act. Only what they can read has to be looked up. */
export function whoIs(
  client: Client,
  person: Person,
  roles: readonly string[],
  permissions: bigint | undefined,
): Who {
  const groups = roles.map((role) => `${ROLE}${role}`);
  return {
    id: person.id,
    groups,
    person: async () => person,
    isAdmin: async () => ((permissions ?? 0n) & PermissionFlagsBits.ManageGuild) !== 0n,
    isIn: async (group) => groups.includes(group),
    mayRead: (address) => canRead(client, person.id, address),
  };
}

function personOf({ member, user }: Interaction): Person {
  const name = member instanceof GuildMember ? member.displayName : (member?.nick ?? user.displayName);
  return { id: user.id, name };
}

/**
 * The channel that rules are about, and the thread: they are the same where a command is used in a channel
 * itself.
 */
export function addressOf(interaction: Interaction): ThreadAddress {
  const { channel, channelId, guildId } = interaction;
  const parent = channel?.isThread() ? channel.parentId : null;
  return {
    platform: 'discord',
    workspace: guildId ?? DIRECT,
    channel: parent ?? channelId ?? '',
    thread: channelId ?? '',
  };
}

/** Whether something is done in a thread that fewer people read than its channel. */
export const isInPrivate = ({ channel }: Interaction): boolean => channel?.type === ChannelType.PrivateThread;

/** Who does something, and where. `kind` is what of Discord's they use. */
export function fromInteraction(
  interaction: Interaction,
  kind: 'click' | 'modal' | 'command',
  isFromList = false,
): From {
  const { member, memberPermissions } = interaction;
  const roles = member instanceof GuildMember ? [...member.roles.cache.keys()] : (member?.roles ?? []);
  const thread = addressOf(interaction);
  const { platform, workspace, channel } = thread;
  return {
    who: whoIs(interaction.client, personOf(interaction), roles, memberPermissions?.bitfield),
    place: { platform, workspace, channel },
    thread,
    sourceId: sourceOf('discord', kind, interaction.id),
    isPrivate: isInPrivate(interaction),
    isFromList,
  };
}
