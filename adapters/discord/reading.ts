import {
  type Attachment,
  type Client,
  ComponentType,
  cleanContent,
  type Embed,
  type Message,
  MessageFlags,
  MessageReferenceType,
  type MessageSnapshot,
  MessageType,
} from 'discord.js';
import { z } from 'zod';
import { outsideCode } from '../../src/lib/outside-code.ts';
import {
  filesIn,
  joinedLines,
  type NamedFile,
  PICTURE,
  type Reader,
  readerOf,
  UNREADABLE,
  unseen,
  VIDEO,
} from '../shared/reading.ts';

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

/** Text of Discord's as people see it in the place where it stands. */
type ReadIn = (text: string) => string;

/** What is forwarded with a message; Discord may keep it back from a bot that may not read what is said. */
function forwardedIn({ messageSnapshots, reference }: Message, readIn: ReadIn): string[] {
  const isKeptBack = messageSnapshots.size === 0 && reference?.type === MessageReferenceType.Forward;
  if (isKeptBack) return ['[A message that is forwarded here, which Discord does not let me read]'];
  return [...messageSnapshots.values()].map((snapshot) => {
    const parts = [
      readIn(snapshot.content ?? ''),
      ...(snapshot.embeds ?? []).map((embed) => textOfEmbed(embed, readIn)),
      ...stickersIn(snapshot.stickers),
      textOfComponents(snapshot.components ?? [], readIn),
      ...filesIn(attachedFiles(snapshot)),
    ];
    const all = joinedLines(parts) || UNREADABLE;
    return `[A message that is forwarded here:]\n${all.replace(/^/gm, '> ')}`;
  });
}

function textOfEmbed(embed: Embed, readIn: ReadIn): string {
  const { title, description, url, fields, author, footer, image, thumbnail, video, provider, data } = embed;
  const isPicture = image || data.type === 'image' || (thumbnail && !video);
  const said = [
    provider?.name,
    author?.name,
    title,
    description,
    ...(fields ?? []).map(({ name, value }) => `${name}: ${value}`),
  ]
    .filter((text) => typeof text === 'string')
    .map(readIn);
  const body = [...said, isPicture ? PICTURE : '', video ? VIDEO : '', readIn(footer?.text ?? '')]
    .filter(Boolean)
    .join('\n');
  const isPreview = data.type !== undefined && data.type !== 'rich' && data.type !== 'poll_result';
  const all = body || '[something embedded, which I can’t read]';
  return isPreview ? `[What ${url ?? 'a link'} shows:]\n${all.replace(/^/gm, '> ')}` : all;
}

function pollIn({ poll }: Message): string {
  if (poll === null) return '';
  const answers = [...poll.answers.values()].map(
    ({ text, voteCount }) => `- ${text ?? 'an answer without words'} (${voteCount ?? 0} votes)`,
  );
  return [`[A poll: ${poll.question.text ?? 'without a question'}]`, ...answers].join('\n');
}

const maybeText = z.string().nullish().catch(undefined);

/** What people see of components of any kind: https://docs.discord.com/developers/components/reference. */
const Component = z.object({
  type: z.number(),
  content: maybeText,
  label: maybeText,
  description: maybeText,
  placeholder: maybeText,
  name: maybeText,
  value: maybeText,
  emoji: z.object({ name: maybeText }).nullish().catch(undefined),
  options: z
    .array(z.object({ label: maybeText }).catch({}))
    .nullish()
    .catch(undefined),
  media: z.object({ content_type: maybeText }).nullish().catch(undefined),
  items: z.array(z.unknown()).nullish().catch(undefined),
  components: z.array(z.unknown()).nullish().catch(undefined),
  component: z.unknown().optional(),
  accessory: z.unknown().optional(),
});
type Component = z.infer<typeof Component>;

const textOfComponents = (components: Message['components'], readIn: ReadIn): string =>
  joinedLines(components.map((component) => textOfComponent(component.toJSON(), readIn)));

/** What a component says, with what stands in it. What can't be read is said by name. */
function textOfComponent(given: unknown, readIn: ReadIn): string {
  const component = Component.safeParse(given).data;
  if (component === undefined) return '';
  const { type, content, label, description, emoji, name, items, components, accessory } = component;
  switch (type) {
    case ComponentType.TextDisplay:
      return readIn(content ?? '');
    case ComponentType.Button:
      return label || emoji?.name ? `[${[emoji?.name, label].filter(Boolean).join(' ')}]` : '';
    case ComponentType.Thumbnail:
      return mediaIn(component, readIn);
    case ComponentType.MediaGallery:
      return joinedLines((items ?? []).map((item) => mediaIn(Media.parse(item), readIn)));
    case ComponentType.File:
      return joinedLines(filesIn([{ name: name ?? undefined }]));
    case ComponentType.Separator:
      return '';
    default: {
      const inner = [...(components ?? []), component.component, accessory];
      const own =
        type in MENUS ? menuIn(component) : joinedLines([label ?? '', description ?? ''].map(readIn));
      const all = joinedLines([own, ...inner.map((one) => textOfComponent(one, readIn))]);
      const isKnown = type in ComponentType || inner.some((one) => one !== undefined && one !== null);
      return all || (isKnown ? '' : '[a part of the message, which I can’t read]');
    }
  }
}

/** Menus, and what is chosen in them. */
const MENUS: Readonly<Partial<Record<number, string>>> = {
  [ComponentType.StringSelect]: 'a menu',
  [ComponentType.UserSelect]: 'a menu of people',
  [ComponentType.RoleSelect]: 'a menu of roles',
  [ComponentType.MentionableSelect]: 'a menu of people and roles',
  [ComponentType.ChannelSelect]: 'a menu of channels',
};

function menuIn({ type, placeholder, options }: Component): string {
  const labels = (options ?? []).flatMap(({ label }) => label ?? []);
  const choices = labels.length > 0 ? `: ${labels.join(', ')}` : '';
  return `[${placeholder || MENUS[type]}${choices}]`;
}

const Media = Component.pick({ description: true, media: true }).catch({
  description: undefined,
  media: undefined,
});

function mediaIn({ description, media }: z.infer<typeof Media>, readIn: ReadIn): string {
  const what = media?.content_type?.startsWith('video/') ? 'a video' : 'a picture';
  return unseen(what, description ? readIn(description) : '');
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
