import {
  type Attachment,
  type Client,
  cleanContent,
  type Message,
  MessageFlags,
  MessageReferenceType,
  type MessageSnapshot,
  MessageType,
} from 'discord.js';
import { outsideCode } from '../../src/lib/outside-code.ts';
import {
  filesIn,
  joinedLines,
  minuteOf,
  type NamedFile,
  type Reader,
  readerOf,
  UNREADABLE,
} from '../shared/reading.ts';
import { withNotice } from './notices.ts';
import { type ReadIn, textOfComponents } from './seen-components.ts';
import { pollIn, textOfEmbed } from './seen-embeds.ts';

/*
 * What people see of a message of Discord's. https://docs.discord.com/developers/resources/message
 */

/** Where something is written: who and what is named there is known by name. */
type Place = Pick<Message, 'channel' | 'guild'>;

/**
 * What a person wrote, as text for a model: people, roles, channels, emoji and commands by name, without the
 * mention of the bot itself. Code is what it is.
 */
export const readable = (client: Client<true>, message: Place & { content: string | null }): string =>
  readableText(client, message.content ?? '', message).trim();

function readableText(client: Client<true>, text: string, { channel, guild }: Place): string {
  const ownRole = guild?.members.me?.roles.botRole?.id;
  const own = new RegExp(`<@!?${client.user.id}>${ownRole ? `|<@&${ownRole}>` : ''}`, 'g');
  return outsideCode(text, (words) => timesAndLinks(cleanContent(words.replace(own, ''), channel)));
}

/** Times, places of the server, and addresses whose preview somebody did not want, as people see them. */
const timesAndLinks = (text: string): string =>
  text
    .replace(/<t:(-?\d{1,12})(?::\w)?>/g, (whole, seconds: string) => minuteOf(seconds) || whole)
    .replace(/<id:(customize|browse|guide|linked-roles)(?::\d+)?>/g, (_whole, id: string) => PLACES[id] ?? '')
    .replace(/<((?:https?:\/\/|mailto:|tel:)[^\s<>]+)>/g, (_whole, url: string) =>
      url.replace(/^(?:mailto|tel):/, ''),
    );

/** https://docs.discord.com/developers/reference#message-formatting-guild-navigation-types */
const PLACES: Readonly<Partial<Record<string, string>>> = {
  customize: '#Channels & Roles',
  browse: '#Browse Channels',
  guide: '#Server Guide',
  'linked-roles': '#Linked Roles',
};

/** The message that one stands for: the first of a thread is shown where the thread was begun from it. */
export async function standsFor(message: Message): Promise<Message> {
  if (message.type !== MessageType.ThreadStarterMessage) return message;
  return message.fetchReference().catch(() => message);
}

/** Reads messages of Discord's. */
export const discordReader = (client: Client<true>): Reader<Message> =>
  readerOf<Message>({
    // Of what was forwarded Discord does not tell who wrote it.
    writer: async ({ member, author }: Pick<Message, 'member'> & { author: Message['author'] | null }) =>
      member?.displayName ?? author?.displayName ?? 'somebody',
    words: (message) => withNotice(message, readable(client, message)),
    shown(message) {
      const readIn: ReadIn = (text) => readableText(client, text, message);
      return [
        ...forwardedIn(message, readIn),
        ...message.embeds.map((embed) => textOfEmbed(embed, readIn)),
        ...stickersIn(message.stickers),
        pollIn(message),
        textOfComponents(message.components, readIn),
      ];
    },
    files: attachedFiles,
    readable: async (text) => text,
  });

const stickersIn = (stickers: Message['stickers'] | undefined): string[] =>
  [...(stickers?.values() ?? [])].map(({ name }) => `[a sticker, which I can’t see: ${name}]`);

/** What is forwarded with a message; Discord may keep it back from a bot that may not read what is said. */
function forwardedIn({ messageSnapshots, reference }: Message, readIn: ReadIn): string[] {
  const isKeptBack = messageSnapshots.size === 0 && reference?.type === MessageReferenceType.Forward;
  if (isKeptBack) return ['[A message that is forwarded here, which Discord does not let me read]'];
  return [...messageSnapshots.values()].map((snapshot) => {
    const parts = [
      readIn(snapshot.content ?? ''),
      ...(snapshot.embeds ?? []).map((embed) => textOfEmbed(embed, readIn)),
      ...stickersIn(snapshot.stickers),
      pollIn(snapshot),
      textOfComponents(snapshot.components ?? [], readIn),
      ...filesIn(attachedFiles(snapshot)),
    ];
    const all = joinedLines(parts) || UNREADABLE;
    return `[A message that is forwarded here:]\n${all.replace(/^/gm, '> ')}`;
  });
}

type WithFiles = Pick<Message | MessageSnapshot, 'attachments' | 'flags'>;

/** Files by what they are. */
export const attachedFiles = (
  { attachments, flags }: WithFiles,
  isMeant: (file: Attachment) => boolean = () => true,
): NamedFile[] => {
  const isVoice = flags?.has(MessageFlags.IsVoiceMessage);
  return [...(attachments?.values() ?? [])]
    .filter(isMeant)
    .map(({ name, contentType, title, description }) => ({
      // Discord calls all recordings the same.
      name: isVoice ? undefined : name,
      what: isVoice ? 'a voice message' : undefined,
      note: [title && !name.startsWith(title) ? title : '', description].filter(Boolean).join(', '),
      mimetype: contentType ?? undefined,
    }));
};
