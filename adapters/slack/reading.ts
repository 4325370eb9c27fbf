import { z } from 'zod';
import { PICTURE, type Reader, readerOf, shownParts, UNREADABLE, VIDEO } from '../shared/reading.ts';
import { partsOfBlocks, textOfBlocks, textsIn } from './block-words.ts';
import type { People } from './people.ts';
import { slackLink } from './rich-text.ts';
import { filesInWords, sharedFiles } from './seen-files.ts';
import { escaped, escapedBesides, escapedOnce, type Names, readable } from './text.ts';

/*
 * What people see of a message of Slack's. https://docs.slack.dev/messaging/formatting-message-text,
 * .../reference/messaging/attachments
 */

const maybeText = z.string().nullish().catch(undefined);
const maybeList = z.array(z.unknown()).nullish().catch(undefined);

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
  preview: z.unknown().optional(),
  entity: z.unknown().optional(),
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
  /** Of somebody of another workspace, who can't be looked up: what the message says of them. */
  user_profile: z.object({ display_name: maybeText, real_name: maybeText }).nullish().catch(undefined),
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
  | 'user_profile'
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

/** What a message itself says of how its writer is called. */
export const nameInProfile = (profile: SeenMessage['user_profile']): string | undefined =>
  profile?.display_name || profile?.real_name || undefined;

/** Reads messages of Slack's. */
export const slackReader = ({ people, botUserId }: ReadingDeps): Reader<Content> =>
  readerOf<Content>({
    // Apps have names of their own.
    async writer({ user, username, bot_profile, user_profile }) {
      if (username) return username;
      if (!user) return bot_profile?.name || 'an app';
      const name = await people.name(user);
      return name === user ? (nameInProfile(user_profile) ?? name) : name;
    },
    words: wordsIn,
    shown: (message) => [huddleIn(message), ...attachmentsIn(message.attachments)],
    files: ({ files }) => sharedFiles(files),
    readable: (text) => readable(text, botUserId, namesOf(people)),
  });

/**
 * The words of a message, in Slack's form. Blocks are what people see, and the text what Slack has made of
 * them. It is kept where it says all of their prose, in that order; where blocks say more than prose and it
 * says no more than that, all of it is told in the order in which it stands.
 */
export function wordsIn({ text, blocks }: Pick<Content, 'text' | 'blocks'>): string {
  const given = text ?? '';
  const { prose, others } = partsOfBlocks(blocks);
  const isSaid = given.trim() !== '' && !STAND_IN.test(given) && saysAll(given, prose);
  if (!isSaid) return textOfBlocks(blocks) || given;
  const isNoMore = () => prose !== '' && saysAll(prose, given.replace(/[*_]/g, ' '));
  if (others.length > 0 && isNoMore()) return textOfBlocks(blocks);
  return [given, ...others.filter((other) => !given.includes(other))].join('\n');
}

/** What Slack gives as the text, or the fallback, of what has none (Sorunome/mx-puppet-slack#22). */
const STAND_IN = /^\s*(?:This content can['’]t be displayed\.?|\[no preview available\])\s*$/;

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
  const { author_id, author_name, author_subname, channel_name, from_url } = attachment;
  const author = escapedOnce(author_name || author_subname || '');
  const who = author || (author_id ? `<@${author_id}>` : 'somebody');
  const where = channel_name ? ` in #${escapedOnce(channel_name)}` : '';
  const body = shownIn(attachment, isMessage ? '' : author, depth);
  const fallback = STAND_IN.test(attachment.fallback ?? '') ? '' : attachment.fallback;
  const shown = body || fallback || textsIn([attachment.preview, attachment.entity]).join('\n');
  const isLink = !isMessage && from_url;
  if (!shown && !isLink) return '[something attached, which I can’t read]';
  const name = isMessage
    ? `A message of ${who}${where} that is shared here`
    : `What ${slackLink(from_url) || 'a link'} shows`;
  const all = shown || UNREADABLE;
  return isMessage || isLink ? `[${name}:]\n${all.replace(/^/gm, '&gt; ')}` : all;
}

/** All that an attachment shows, each from a line of its own. */
function shownIn(attachment: Attachment, author: string, depth: number): string {
  const { title, title_link, from_url, service_name, image_url, thumb_url, video_html } = attachment;
  const heading = title && slackLink(title_link || from_url, escapedOnce(title));
  const more = attachment.attachments ?? [];
  return [
    attachment.pretext,
    escapedOnce(service_name ?? ''),
    author,
    heading,
    wordsOfAttachment(attachment),
    ...fieldsOf(attachment.fields),
    ...(depth < DEEPEST ? attachmentsIn(more, depth + 1) : more.length > 0 ? [TOO_DEEP] : []),
    ...filesInWords(attachment.files ?? []),
    video_html ? VIDEO : '',
    attachment.audio_html ? '[a sound, which I can’t hear]' : '',
    image_url || (thumb_url && !video_html) ? PICTURE : '',
    labelsOf(attachment.actions),
    escapedBesides(attachment.footer ?? ''),
  ]
    .filter((text) => text?.trim())
    .join('\n');
}

const TOO_DEEP = '[more that is shared in it, which I don’t read]';

/** Blocks are what people see of an attachment too, and of a message that is shared. */
function wordsOfAttachment({ text, blocks, message_blocks }: Attachment): string {
  const shared = (message_blocks ?? []).map((item) => SharedBlocks.safeParse(item).data?.message?.blocks);
  return wordsIn({ text, blocks: shared.length > 0 ? shared.flatMap((list) => list ?? []) : blocks });
}

const SharedBlocks = z.object({ message: z.object({ blocks: maybeList }).nullish().catch(undefined) });

/** Buttons and menus of an attachment, with what is chosen in them. */
const labelsOf = (actions: readonly unknown[] | null | undefined): string =>
  (actions ?? [])
    .flatMap((given) => {
      const { text, name, url, options, selected_options } = Control.safeParse(given).data ?? {};
      const label = escapedOnce(text || name || '');
      if (label === '') return [];
      const [choices, chosen] = [options, selected_options].map((list) => textsIn(list ?? []).join(', '));
      const shown = slackLink(url, choices ? `${label}: ${choices}` : label);
      return [`[${shown}${chosen ? `; chosen: ${chosen}` : ''}]`];
    })
    .join(' ');

const Control = z.object({
  text: maybeText,
  name: maybeText,
  url: maybeText,
  options: maybeList,
  selected_options: maybeList,
});

const Field = z.object({ title: maybeText, value: maybeText });

const fieldsOf = (fields: readonly unknown[] | null | undefined): string[] =>
  (fields ?? []).flatMap((given) => {
    const { title, value } = Field.safeParse(given).data ?? {};
    const both = [title, value].filter(Boolean).join(': ');
    return both ? [both] : [];
  });
