import { DiscordAPIError, type GuildMember, type Message } from 'discord.js';

/**
 * Who wrote a message, as a member of its guild, whose roles say what they may. The gateway tells it with a
 * message; one that was read back has none, or one of earlier (`isReadBack`), so it is asked for. Undefined
 * in direct messages, and for who has left. Throws where that can't be found out now.
 */
export async function writerAsMember(
  { guild, member, author }: Message,
  isReadBack: boolean,
): Promise<GuildMember | undefined> {
  if (guild === null) return undefined;
  if (member !== null && !isReadBack) return member;
  return guild.members.fetch({ user: author.id, force: true }).catch((error: unknown) => {
    if (error instanceof DiscordAPIError && error.status === 404) return undefined;
    throw error;
  });
}
