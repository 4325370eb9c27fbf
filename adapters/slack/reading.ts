import { z } from 'zod';
import { cut } from '../../src/lib/cut.ts';
import { quotedWords } from '../../src/lib/speech.ts';
import type { People } from './people.ts';
import { textOfBlocks } from './rich-text.ts';
import { escaped, readable } from './text.ts';

/*
 * What people see of a message, as text for a model: its words, what is shared or attached below them, and
 * the names of files. https://docs.slack.dev/messaging/formatting-message-text,
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

type Content = Pick<SeenMessage, 'text' | 'blocks' | 'attachments' | 'files'>;

/** Who reads, and how people are called. */
export type Reader = { people: Pick<People, 'name'>; botUserId: string };

/** A message as it is quoted, under the name of who wrote it. */
export async function quotedMessage(reader: Reader, message: SeenMessage): Promise<string> {
  return quotedWords(await writerOf(reader, message), await saidIn(reader, message));
}

/** Who wrote a message: apps have names of their own. */
export async function writerOf({ people }: Reader, message: SeenMessage): Promise<string> {
  const { user, username, bot_profile } = message;
  if (username) return username;
  return user ? people.name(user) : bot_profile?.name || 'an app';
}

/** All that a message shows. */
export async function saidIn(reader: Reader, message: Content): Promise<string> {
  const parts = [wordsIn(message), ...shownWith(message), ...filesIn(message)];
  return readable(parts.filter(Boolean).join('\n'), reader.botUserId, { person: reader.people.name });
}

export const saysSomething = (message: Content): boolean =>
  [wordsIn(message), ...shownWith(message), ...filesIn(message)].some((text) => text.trim() !== '');

/**
 * What is shown with somebody's words, and is not theirs: what they share, previews of links, and files that
 * could not be had (`unread`).
 */
export async function sharedIn(
  reader: Reader,
  message: Pick<Content, 'attachments'>,
  unread: readonly unknown[] = [],
): Promise<string> {
  const parts = [...shownWith(message), ...filesIn({ files: unread })];
  return readable(parts.join('\n'), reader.botUserId, { person: reader.people.name });
}

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

/** Most of what one attachment says. */
const CHARACTERS = 4_000;
const DEEPEST = 3;

const shownWith = ({ attachments }: Pick<Content, 'attachments'>, depth = 0): string[] =>
  (attachments ?? []).flatMap((given) => {
    const attachment = Attachment.safeParse(given).data;
    const text = attachment && textOfAttachment(attachment, depth);
    return text ? [cut(text, CHARACTERS)] : [];
  });

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
    bodyOf(attachment),
    ...fieldsOf(attachment.fields),
    ...(depth < DEEPEST ? shownWith(attachment, depth + 1) : []),
    ...filesIn(attachment),
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
function bodyOf({ text, blocks, message_blocks }: Attachment): string {
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

/** What is said of files that are only named: what they are, and what Slack itself shows of them. */
const filesIn = ({ files }: { files?: readonly unknown[] | null | undefined }): string[] =>
  (files ?? []).flatMap((given) => {
    const file = FileSeen.safeParse(given).data;
    if (file === undefined) return [];
    if (file.mode === 'tombstone') return ['[a file that was deleted]'];
    const words = file.transcription?.preview?.content || file.preview;
    return words
      ? [`[${fileName(file)}, which begins:]`, escaped(words)]
      : [`[${fileName(file)}, which I can’t read]`];
  });

/** What a file is called. */
function fileName(given: unknown): string {
  const { name, title, subtype, mimetype } = FileSeen.safeParse(given).data ?? {};
  if (subtype === 'slack_audio') return 'a voice message';
  if (subtype === 'slack_video') return 'a video message';
  const called = name || title;
  const kind = mimetype?.split('/')[0];
  const what =
    kind === 'image' ? 'a picture' : kind === 'audio' ? 'a sound' : kind === 'video' ? 'a video' : 'a file';
  return called ? `${what}, ${escaped(called)}` : what;
}
