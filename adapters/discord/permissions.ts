import { type GuildBasedChannel, type GuildMember, PermissionFlagsBits } from 'discord.js';

/** What the bot needs in a channel, by the name that people see in Discord's settings. */
const NEEDED: readonly (readonly [bigint, string])[] = [
  [PermissionFlagsBits.ViewChannel, 'View Channel'],
  [PermissionFlagsBits.SendMessages, 'Send Messages'],
  [PermissionFlagsBits.CreatePublicThreads, 'Create Public Threads'],
  [PermissionFlagsBits.SendMessagesInThreads, 'Send Messages in Threads'],
  [PermissionFlagsBits.ManageThreads, 'Manage Threads'],
  [PermissionFlagsBits.ReadMessageHistory, 'Read Message History'],
  [PermissionFlagsBits.AttachFiles, 'Attach Files'],
  [PermissionFlagsBits.AddReactions, 'Add Reactions'],
  [PermissionFlagsBits.EmbedLinks, 'Embed Links'],
];

export const PERMISSION_NAMES: readonly string[] = NEEDED.map(([, name]) => name);

/** All of them, as an invite link asks for: https://docs.discord.com/developers/topics/permissions. */
const PERMISSIONS: bigint = NEEDED.reduce((sum, [bit]) => sum | bit, 0n);

/** What the bot is not allowed in a channel, in words for people; undefined where it has all it needs. */
export function missingIn(channel: GuildBasedChannel, me: GuildMember | null): string | undefined {
  const granted = me && channel.permissionsFor(me);
  if (!granted) return undefined; // not known: what is refused tells
  const missing = NEEDED.filter(([bit]) => !granted.has(bit)).map(([, name]) => `**${name}**`);
  if (missing.length === 0) return undefined;
  return `I can't work in this channel yet: I need the permission${missing.length > 1 ? 's' : ''} ${missing.join(', ')}. Whoever manages this server can grant ${missing.length > 1 ? 'them' : 'it'} to my role, under Edit Channel > Permissions.`;
}

/** Where the bot is invited to a server, with its slash commands and all that it needs. */
export const inviteLink = (applicationId: string): string =>
  `https://discord.com/oauth2/authorize?client_id=${applicationId}&scope=bot+applications.commands&permissions=${PERMISSIONS}`;
