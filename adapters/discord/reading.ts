import { type Client, cleanContent, type Message } from 'discord.js';
import { quotedWords } from '../../src/lib/speech.ts';

/**
 * What a person wrote, as text for a model: people, roles and channels by name, without the mention of the
 * bot itself.
 */
export function readable(
  client: Client<true>,
  message: Pick<Message, 'content' | 'channel' | 'guild'>,
): string {
  const ownRole = message.guild?.members.me?.roles.botRole?.id;
  const own = new RegExp(`<@!?${client.user.id}>${ownRole ? `|<@&${ownRole}>` : ''}`, 'g');
  return cleanContent(message.content.replace(own, ''), message.channel).trim();
}

export function quoted(client: Client<true>, message: Message): string {
  const who = message.member?.displayName ?? message.author.displayName;
  return quotedWords(who, readable(client, message));
}
