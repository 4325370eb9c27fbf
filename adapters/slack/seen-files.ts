import { z } from 'zod';
import { filesIn, type NamedFile } from '../shared/reading.ts';
import { slackLink } from './rich-text.ts';
import { escaped, escapedOnce } from './text.ts';

const maybeText = z.string().nullish().catch(undefined);

/** A file of any payload, as far as it is told of: https://docs.slack.dev/reference/objects/file-object. */
const FileSeen = z.object({
  name: maybeText,
  title: maybeText,
  mode: maybeText,
  subtype: maybeText,
  mimetype: maybeText,
  alt_txt: maybeText,
  /** Where one is kept that is not kept at Slack. */
  external_url: maybeText,
  preview: maybeText,
  /** Of mail: who has sent it, and what it says. */
  from: z
    .array(z.object({ name: maybeText, address: maybeText }).catch({}))
    .nullish()
    .catch(undefined),
  plain_text: maybeText,
  transcription: z
    .object({ preview: z.object({ content: maybeText }).nullish().catch(undefined) })
    .nullish()
    .catch(undefined),
});
type FileSeen = z.infer<typeof FileSeen>;

/** Files by what they are, and what Slack itself shows of them. */
export const sharedFiles = (files: readonly unknown[] | null | undefined): NamedFile[] =>
  (files ?? []).flatMap((given) => {
    const file = FileSeen.safeParse(given).data;
    return file === undefined ? [] : [namedFile(file)];
  });

/** The same, in words. */
export const filesInWords = (files: readonly unknown[]): string[] => filesIn(sharedFiles(files));

function namedFile(file: FileSeen): NamedFile {
  const { name, title, subtype, mimetype, mode, alt_txt, external_url } = file;
  const recording = RECORDINGS[subtype ?? ''];
  const what = recording ?? KINDS[mode ?? ''];
  const shown = name || title || '';
  const said = [title && title !== shown ? title : '', alt_txt]
    .filter(Boolean)
    .map((text) => escapedOnce(text ?? ''));
  const begins = beginningOf(file);
  return {
    // Recordings are called by Slack itself, all the same.
    name: recording === undefined ? escapedOnce(shown) : '',
    what,
    note: [...said, mode === 'external' ? slackLink(external_url) : ''].filter(Boolean).join(', '),
    mimetype: mimetype ?? undefined,
    begins: begins ? escaped(begins) : undefined,
    isDeleted: mode === 'tombstone',
    isHidden: mode === 'hidden_by_limit',
  };
}

/** What Slack tells of what stands in a file; its previews of mail and of posts are markup. */
function beginningOf({ mode, transcription, preview, plain_text, from }: FileSeen): string | undefined {
  const spoken = transcription?.preview?.content;
  if (spoken) return spoken;
  if (mode === 'email') {
    const [sender] = from ?? [];
    const who = [sender?.name, sender?.address && `<${sender.address}>`].filter(Boolean).join(' ');
    return plain_text ? `${who ? `From: ${who}\n` : ''}${plain_text}` : undefined;
  }
  return (mode === 'space' ? withoutTags(preview ?? '') : preview) || undefined;
}

const withoutTags = (markup: string): string =>
  markup
    .replace(/<[^<>]*>/g, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim();

const RECORDINGS: Readonly<Partial<Record<string, string>>> = {
  slack_audio: 'a voice message',
  slack_video: 'a video message',
};

/** What Slack keeps as a file and shows as something else, by its mode. */
const KINDS: Readonly<Partial<Record<string, string>>> = {
  quip: 'a canvas',
  canvas: 'a canvas',
  list: 'a list',
  space: 'a post',
  post: 'a post',
  email: 'a mail',
  external: 'a file kept elsewhere',
};
