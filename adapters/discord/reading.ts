import {
  type Attachment,
  type Client,
  ComponentType,
  cleanContent,
  type Embed,
  type Message,
  MessageFlags,
  type MessageSnapshot,
  MessageType,
} from 'discord.js';
import { z } from 'zod';
import { filesIn, type NamedFile, type Reader, readerOf } from '../shared/reading.ts';

/*
 * What people see of a message of Discord's. https://docs.discord.com/developers/resources/message
 */

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
  const words = cleanContent((message.content ?? '').replace(own, ''), message.channel);
  return words
    .split(CODE)
    .map((part, i) => (i % 2 === 1 ? part : timesAndLinks(part)))
    .join('')
    .trim();
}

/** Code is what it is. */
const CODE = /(```[\s\S]*?```|`[^`\n]+`)/;

/** Times, and addresses whose preview somebody did not want, as people see them. */
const timesAndLinks = (text: string): string =>
  text
    .replace(/<t:(-?\d{1,12})(?::\w)?>/g, (_whole, seconds: string) =>
      new Date(Number(seconds) * 1_000)
        .toISOString()
        .replace('T', ' ')
        .replace(/(?::00)?\.000Z$/, ' UTC'),
    )
    .replace(/<(https?:\/\/[^\s<>]+)>/g, '$1');

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
    words: (message) => readable(client, message),
    shown: (message) => [
      ...[...message.messageSnapshots.values()].map((snapshot) => forwardedIn(client, message, snapshot)),
      ...message.embeds.map(textOfEmbed),
      ...stickersIn(message.stickers),
      pollIn(message),
      componentsIn(message.components.map((component) => component.toJSON())),
    ],
    files: attachedFiles,
    readable: async (text) => text,
  });

const stickersIn = (stickers: Message['stickers'] | undefined): string[] =>
  [...(stickers?.values() ?? [])].map(({ name }) => `[a sticker, which I can’t see: ${name}]`);

function forwardedIn(client: Client<true>, { channel, guild }: Message, snapshot: MessageSnapshot): string {
  const words = readable(client, { content: snapshot.content ?? '', channel, guild });
  const embeds = (snapshot.embeds ?? []).map(textOfEmbed);
  const parts = [words, ...embeds, ...stickersIn(snapshot.stickers), ...filesIn(attachedFiles(snapshot))];
  const all = parts.filter((text) => text.trim() !== '').join('\n') || '[nothing that I can read]';
  return `[A message that is forwarded here:]\n${all.replace(/^/gm, '> ')}`;
}

function textOfEmbed({ title, description, url, fields, author, footer, image, video, data }: Embed): string {
  const body = [
    author?.name,
    title,
    description,
    ...(fields ?? []).map(({ name, value }) => `${name}: ${value}`),
    image || data.type === 'image' ? '[a picture, which I can’t see]' : undefined,
    video ? '[a video, which I can’t see]' : undefined,
    footer?.text,
  ]
    .filter(Boolean)
    .join('\n');
  const isPreview = data.type !== undefined && data.type !== 'rich' && data.type !== 'poll_result';
  return isPreview && body !== '' ? `[What ${url ?? 'a link'} shows:]\n${body.replace(/^/gm, '> ')}` : body;
}

function pollIn({ poll }: Message): string {
  if (poll === null) return '';
  const answers = [...poll.answers.values()].map(
    ({ text, voteCount }) => `- ${text ?? 'an answer without words'} (${voteCount ?? 0} votes)`,
  );
  return [`[A poll: ${poll.question.text ?? 'without a question'}]`, ...answers].join('\n');
}

const Component = z.looseObject({ type: z.number() });

/** What components say: https://docs.discord.com/developers/components/reference. */
function componentsIn(given: unknown): string {
  if (Array.isArray(given)) return given.map(componentsIn).filter(Boolean).join('\n');
  const component = Component.safeParse(given).data;
  if (component === undefined) return '';
  const { type, content, label, components, component: inner, accessory } = component;
  if (type === ComponentType.TextDisplay) return String(content ?? '');
  if (type === ComponentType.Button) return label ? `[${String(label)}]` : '';
  return [components, inner, accessory].map(componentsIn).filter(Boolean).join('\n');
}

type WithFiles = Pick<Message | MessageSnapshot, 'attachments' | 'flags'>;

/** Files by what they are. */
export const attachedFiles = (
  { attachments, flags }: WithFiles,
  isMeant: (file: Attachment) => boolean = () => true,
): NamedFile[] => {
  const what = flags?.has(MessageFlags.IsVoiceMessage) ? 'a voice message' : undefined;
  return [...(attachments?.values() ?? [])]
    .filter(isMeant)
    .map(({ name, contentType }) => ({ name, what, mimetype: contentType ?? undefined }));
};
