import { z } from 'zod';
import {
  filesIn,
  type NamedFile,
  PICTURE,
  type Reader,
  readerOf,
  shownParts,
  VIDEO,
} from '../shared/reading.ts';
import type { People } from './people.ts';
import { partsOfBlocks, textOfBlocks } from './rich-text.ts';
import { escaped, type Names, readable } from './text.ts';

/*
 * What people see of a message of Slack's. https://docs.slack.dev/messaging/formatting-message-text,
 * .../reference/messaging/attachments
 */

const maybeText = z.string().nullish().catch(undefined);
const maybeList = z.array(z.unknown()).nullish().catch(undefined);

const FileSeen = z.object({
  id: maybeText,
  name: maybeText,
  title: maybeText,
  mode: maybeText,
  subtype: maybeText,
  mimetype: maybeText,
  preview: maybeText,
  transcription: z
    .object({ preview: z.object({ content: maybeText }).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});

const Attachment = z.object({
  is_share: z.boolean().nullish().catch(undefined),
  is_msg_unfurl: z.boolean().nullish().catch(undefined),
  pretext: maybeText,
  author_id: maybeText,
  author_name: maybeText,
  author_subname: maybeText,
  channel_name: maybeText,
  title: maybeText,
  title_link: maybeText,
  from_url: maybeText,
  text: maybeText,
  fallback: maybeText,
  footer: maybeText,
  image_url: maybeText,
  thumb_url: maybeText,
  video_html: maybeText,
  audio_html: maybeText,
  service_name: maybeText,
  actions: maybeList,
  fields: maybeList,
  blocks: maybeList,
  message_blocks: maybeList,
  files: maybeList,
  attachments: maybeList,
});
type Attachment = z.infer<typeof Attachment>;

/** A message in any payload, as far as it is read. */
export const SeenMessage = z.object({
  ts: z.string(),
  subtype: maybeText,
  user: maybeText,
  username: maybeText,
  bot_id: maybeText,
  bot_profile: z.object({ name: maybeText }).nullish().catch(undefined),
  text: maybeText,
  blocks: maybeList,
  attachments: maybeList,
  files: maybeList,
  room: z.object({ name: maybeText }).nullish().catch(undefined),
  reply_count: z.number().nullish().catch(undefined),
});
export type SeenMessage = z.infer<typeof SeenMessage>;

type SeenParts =
  | 'user'
  | 'username'
  | 'bot_profile'
  | 'subtype'
  | 'room'
  | 'text'
  | 'blocks'
  | 'attachments'
  | 'files';

/** As much of a message as is read. */
type Content = Partial<Pick<SeenMessage, SeenParts>>;

/** Who reads, and how people are called. */
export type ReadingDeps = { people: Called; botUserId: string };

/** Who is called how, as far as it is known. */
type Called = Pick<People, 'name'> & Partial<Pick<People, 'channelName' | 'groupName'>>;

export const namesOf = ({ name, channelName, groupName }: Called): Names => ({
  person: name,
  channel: channelName,
  group: groupName,
});

/** Reads messages of Slack's. */
export const slackReader = ({ people, botUserId }: ReadingDeps): Reader<Content> =>
  readerOf<Content>({
    // Apps have names of their own.
    async writer({ user, username, bot_profile }) {
      if (username) return username;
      return user ? people.name(user) : bot_profile?.name || 'an app';
    },
    words: wordsIn,
    shown: (message) => [huddleIn(message), ...attachmentsIn(message.attachments)],
    files: ({ files }) => sharedFiles(files),
    readable: (text) => readable(text, botUserId, namesOf(people)),
  });

/**
 * The words of a message, in Slack's form. Blocks are what people see, and the text what Slack has made of
 * them. It is kept where it says all of their prose, in that order, with what it never says below it.
 */
export function wordsIn({ text, blocks }: Pick<Content, 'text' | 'blocks'>): string {
  const given = text ?? '';
  const { prose, others } = partsOfBlocks(blocks);
  if (given.trim() === '' || !saysAll(given, prose)) return textOfBlocks(blocks) || given;
  return [given, ...others.filter((other) => !given.includes(other))].join('\n');
}

/** Whether all that is said by one text is said by another, in the same order. */
function saysAll(given: string, prose: string): boolean {
  const wanted = wordsAndSigns(prose);
  let at = 0;
  for (const sign of wordsAndSigns(given)) if (sign === wanted[at]) at++;
  return at === wanted.length;
}

/** Words, and every sign by itself (✅, ❌, +, −, %) but for those of Slack's marks and lists. */
const wordsAndSigns = (text: string): string[] =>
  text
    .replace(/&(?:amp|lt|gt);|\ufe0f/g, ' ')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}\p{Cc}\p{Cf}\p{Cs}\s`~|<>•◦▪]/gu) ?? [];

/** A call that people have in a channel, which its message says nothing of. */
function huddleIn({ subtype, room }: Content): string {
  if (!room && subtype !== 'huddle_thread') return '';
  return room?.name
    ? `[a huddle, which I can’t hear: ${escaped(room.name)}]`
    : '[a huddle, which I can’t hear]';
}

const DEEPEST = 3;

const attachmentsIn = (attachments: Content['attachments'], depth = 0): string[] =>
  shownParts(
    (attachments ?? []).map((given) => {
      const attachment = Attachment.safeParse(given).data;
      return attachment === undefined ? '' : textOfAttachment(attachment, depth);
    }),
  );

function textOfAttachment(attachment: Attachment, depth: number): string {
  const isMessage = attachment.is_share || attachment.is_msg_unfurl || attachment.message_blocks?.length;
  const { author_id, author_name, author_subname, channel_name, title, title_link, from_url } = attachment;
  const { image_url, thumb_url, video_html, audio_html } = attachment;
  const author = author_name || author_subname || '';
  const who = escaped(author) || (author_id ? `<@${author_id}>` : 'somebody');
  const where = channel_name ? ` in #${escaped(channel_name)}` : '';
  const link = title_link || from_url;
  const heading = title ? (link ? `<${link}|${escaped(title)}>` : title) : '';
  const body = [
    attachment.pretext ?? '',
    escaped(attachment.service_name ?? ''),
    isMessage ? '' : escaped(author),
    heading,
    wordsOfAttachment(attachment),
    ...fieldsOf(attachment.fields),
    ...(depth < DEEPEST ? attachmentsIn(attachment.attachments, depth + 1) : []),
    ...filesIn(sharedFiles(attachment.files)),
    video_html ? VIDEO : '',
    audio_html ? '[a sound, which I can’t hear]' : '',
    image_url || (thumb_url && !video_html) ? PICTURE : '',
    labelsOf(attachment.actions),
    attachment.footer ? escaped(attachment.footer) : '',
  ]
    .filter((text) => text.trim() !== '')
    .join('\n');
  const all = body || (attachment.fallback ?? '');
  if (all === '') return '[something attached, which I can’t read]';
  const name = isMessage
    ? `A message of ${who}${where} that is shared here`
    : from_url
      ? 'What a link shows'
      : '';
  return name ? `[${name}:]\n${all.replace(/^/gm, '&gt; ')}` : all;
}

/** Blocks are what people see of an attachment too, and of a message that is shared. */
function wordsOfAttachment({ text, blocks, message_blocks }: Attachment): string {
  const shared = (message_blocks ?? []).map((item) => SharedBlocks.safeParse(item).data?.message?.blocks);
  return wordsIn({ text, blocks: shared.length > 0 ? shared.flatMap((list) => list ?? []) : blocks });
}

const SharedBlocks = z.object({ message: z.object({ blocks: maybeList }).nullish().catch(undefined) });

/** Buttons and menus of an attachment. */
const labelsOf = (actions: readonly unknown[] | null | undefined): string =>
  (actions ?? [])
    .flatMap((given) => {
      const { text, name } = Control.safeParse(given).data ?? {};
      return text || name ? [`[${escaped(text || name || '')}]`] : [];
    })
    .join(' ');

const Control = z.object({ text: maybeText, name: maybeText });

const Field = z.object({ title: maybeText, value: maybeText });

const fieldsOf = (fields: readonly unknown[] | null | undefined): string[] =>
  (fields ?? []).flatMap((given) => {
    const { title, value } = Field.safeParse(given).data ?? {};
    const both = [title, value].filter(Boolean).join(': ');
    return both ? [both] : [];
  });

/** Files by what they are, and what Slack itself shows of them. */
export const sharedFiles = (files: readonly unknown[] | null | undefined): NamedFile[] =>
  (files ?? []).flatMap((given) => {
    const file = FileSeen.safeParse(given).data;
    if (file === undefined) return [];
    const { name, title, subtype, mimetype, mode, transcription, preview } = file;
    const begins = transcription?.preview?.content || preview;
    return [
      {
        name: escaped(name || title || ''),
        what: RECORDINGS[subtype ?? ''],
        mimetype: mimetype ?? undefined,
        begins: begins ? escaped(begins) : undefined,
        isDeleted: mode === 'tombstone',
      },
    ];
  });

const RECORDINGS: Readonly<Partial<Record<string, string>>> = {
  slack_audio: 'a voice message',
  slack_video: 'a video message',
};
