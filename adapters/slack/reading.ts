import { z } from 'zod';
import { filesIn, type NamedFile, type Reader, readerOf, shownParts } from '../shared/reading.ts';
import type { People } from './people.ts';
import { textOfBlocks } from './rich-text.ts';
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
  reply_count: z.number().nullish().catch(undefined),
});
export type SeenMessage = z.infer<typeof SeenMessage>;

/** As much of a message as is read. */
type Content = Partial<
  Pick<SeenMessage, 'user' | 'username' | 'bot_profile' | 'text' | 'blocks' | 'attachments' | 'files'>
>;

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
    shown: ({ attachments }) => attachmentsIn(attachments),
    files: ({ files }) => sharedFiles(files),
    readable: (text) => readable(text, botUserId, namesOf(people)),
  });

/**
 * The words of a message, in Slack's form. Blocks are what people see, and the text what Slack has made of
 * them; it is kept where it says all of it.
 */
export function wordsIn({ text, blocks }: Pick<Content, 'text' | 'blocks'>): string {
  const given = text ?? '';
  const seen = textOfBlocks(blocks);
  if (seen === '') return given;
  const known = wordSet(given);
  return [...wordSet(seen)].some((word) => !known.has(word)) ? seen : given;
}

const wordSet = (text: string): Set<string> =>
  new Set(
    text
      .replace(/&(?:amp|lt|gt);/g, ' ')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );

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
  const author = author_name || author_subname || '';
  const who = escaped(author) || (author_id ? `<@${author_id}>` : 'somebody');
  const where = channel_name ? ` in #${escaped(channel_name)}` : '';
  const link = title_link || from_url;
  const heading = title ? (link ? `<${link}|${escaped(title)}>` : title) : '';
  const body = [
    attachment.pretext ?? '',
    isMessage ? '' : escaped(author),
    heading,
    wordsOfAttachment(attachment),
    ...fieldsOf(attachment.fields),
    ...(depth < DEEPEST ? attachmentsIn(attachment.attachments, depth + 1) : []),
    ...filesIn(sharedFiles(attachment.files)),
    attachment.image_url ? '[a picture, which I can’t see]' : '',
    attachment.footer ? escaped(attachment.footer) : '',
  ]
    .filter((text) => text.trim() !== '')
    .join('\n');
  const all = body || (attachment.fallback ?? '');
  if (all === '') return '';
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
