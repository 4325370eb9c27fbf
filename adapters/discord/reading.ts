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
import { cut } from '../../src/lib/cut.ts';
import { quotedWords } from '../../src/lib/speech.ts';

/*
 * What people see of a message, as text for a model: its words, what is forwarded or shown below them, and
 * the names of files. https://docs.discord.com/developers/resources/message
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
  return cleanContent((message.content ?? '').replace(own, ''), message.channel).trim();
}

/** The message that one stands for: the first of a thread is shown where the thread was begun from it. */
export async function standsFor(message: Message): Promise<Message> {
  if (message.type !== MessageType.ThreadStarterMessage) return message;
  return message.fetchReference().catch(() => message);
}

/** A message as it is quoted, under the name of who wrote it. */
export const quoted = (client: Client<true>, message: Message): string =>
  quotedWords(nameOf(message), saidIn(client, message));

/** Who wrote a message; of what was forwarded Discord does not tell that. */
export const nameOf = ({
  member,
  author,
}: Pick<Message, 'member'> & { author: Message['author'] | null }): string =>
  member?.displayName ?? author?.displayName ?? 'somebody';

/** All that a message shows. */
export const saidIn = (client: Client<true>, message: Message): string =>
  [readable(client, message), ...shownWith(client, message), ...filesIn(message)].filter(Boolean).join('\n');

/**
 * What is shown with somebody's words, and is not theirs: what they forward, previews of links, polls, and
 * files that could not be had (`unread`, by their ids).
 */
export const sharedIn = (client: Client<true>, message: Message, unread: ReadonlySet<string>): string =>
  [...shownWith(client, message), ...filesIn(message, (file) => unread.has(file.id))].join('\n');

/** Most of what one embed or forwarded message says. */
const CHARACTERS = 4_000;

function shownWith(client: Client<true>, message: Message): string[] {
  const forwarded = [...message.messageSnapshots.values()].map((snapshot) =>
    forwardedIn(client, message, snapshot),
  );
  const stickers = message.stickers.map(({ name }) => `[a sticker, which I can’t see: ${name}]`);
  return [
    ...forwarded,
    ...message.embeds.map(textOfEmbed),
    ...stickers,
    pollIn(message),
    componentsIn(message.components.map((component) => component.toJSON())),
  ]
    .filter((text) => text.trim() !== '')
    .map((text) => cut(text, CHARACTERS));
}

function forwardedIn(client: Client<true>, { channel, guild }: Message, snapshot: MessageSnapshot): string {
  const words = readable(client, { content: snapshot.content ?? '', channel, guild });
  const stickers = [...(snapshot.stickers?.values() ?? [])].map(
    ({ name }) => `[a sticker, which I can’t see: ${name}]`,
  );
  const parts = [words, ...(snapshot.embeds ?? []).map(textOfEmbed), ...stickers, ...filesIn(snapshot)];
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

/** Files that are only named: what they are. */
function filesIn(
  { attachments, flags }: WithFiles,
  isMeant: (file: Attachment) => boolean = () => true,
): string[] {
  const isVoice = flags?.has(MessageFlags.IsVoiceMessage) ?? false;
  return [...(attachments?.values() ?? [])]
    .filter(isMeant)
    .map((file) => `[${isVoice ? 'a voice message' : fileName(file)}, which I can’t read]`);
}

function fileName({ name, contentType }: Attachment): string {
  const kind = contentType?.split('/')[0];
  const what =
    kind === 'image' ? 'a picture' : kind === 'audio' ? 'a sound' : kind === 'video' ? 'a video' : 'a file';
  return `${what}, ${name}`;
}
