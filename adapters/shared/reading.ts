import { cut } from '../../src/lib/cut.ts';
import { quotedWords } from '../../src/lib/speech.ts';

/*
 * What people see of a message, as text for a model: its words, what is shown below them and is not theirs,
 * and the names of files.
 */

/** A file that a model is only told of. */
export type NamedFile = {
  /** In the platform's own form of text. */
  name?: string | undefined;
  mimetype?: string | undefined;
  /** What it is where that says more than its name, as a voice message. */
  what?: string | undefined;
  /** What is said of it besides: its title, what a picture shows, where it is kept. */
  note?: string | undefined;
  /** What the platform itself shows of it. */
  begins?: string | undefined;
  isDeleted?: boolean;
  /** Whether the platform shows it to nobody any more. */
  isHidden?: boolean;
};

/** What a platform lets people see of its messages. Texts are in its own form. */
export type Sight<Message> = {
  /** Who wrote it, by the name that people see. */
  writer(message: Message): Promise<string>;
  words(message: Message): string;
  /** What is shown with the words: what is forwarded or shared, previews of links, polls. */
  shown(message: Message): readonly string[];
  files(message: Message): readonly NamedFile[];
  /** Text in the platform's form as text for a model, without the mention of the bot. */
  readable(text: string): Promise<string>;
};

/** Reads messages of a platform. */
export type Reader<Message> = {
  /** All that a message shows. */
  said(message: Message): Promise<string>;
  /** The same under the name of who wrote it. */
  attributed(message: Message): Promise<string>;
  /** A message as it is quoted: as what it is, somebody's words. */
  quoted(message: Message): Promise<string>;
  /** What is shown with somebody's words and is not theirs, and files that could not be had (`unread`). */
  shared(message: Message, unread: readonly NamedFile[]): Promise<string>;
  saysSomething(message: Message): boolean;
};

export function readerOf<Message>({ writer, words, readable, ...sight }: Sight<Message>): Reader<Message> {
  const partsOf = (message: Message) =>
    [words(message), ...shownParts(sight.shown(message)), ...filesIn(sight.files(message))].filter(Boolean);
  const said = (message: Message) => readable(partsOf(message).join('\n'));
  /** What is quoted says at least that it says nothing. */
  const told = async (message: Message) => (await said(message)) || UNREADABLE;
  return {
    said,
    attributed: async (message) => `[${await writer(message)}] ${await told(message)}`,
    quoted: async (message) => quotedWords(await writer(message), await told(message)),
    shared: (message, unread) =>
      readable([...shownParts(sight.shown(message)), ...filesIn(unread)].join('\n')),
    saysSomething: (message) => partsOf(message).some((text) => text.trim() !== ''),
  };
}

/** A picture or a video that a model is only told of. */
export const unseen = (what: string, named = ''): string =>
  named === '' ? `[${what}, which I can’t see]` : `[${what}, which I can’t see: ${named}]`;

export const PICTURE = unseen('a picture');
export const VIDEO = unseen('a video');

/** Those that say something, one below the other. */
export const joinedLines = (texts: readonly string[]): string =>
  texts.filter((text) => text.trim() !== '').join('\n');

/** In place of what a message says, where that is nothing for a model. */
export const UNREADABLE = '[nothing that I can read]';

/** Most of what is shown in one piece. */
const CHARACTERS = 4_000;

/** What is shown with a message and says something, as much of each as is told. */
export const shownParts = (texts: readonly string[]): string[] =>
  texts.filter((text) => text.trim() !== '').map((text) => cut(text, CHARACTERS));

/** What is said of files that are only named. */
export const filesIn = (files: readonly NamedFile[]): string[] =>
  files.flatMap((file) => {
    if (file.isDeleted) return ['[a file that was deleted]'];
    if (file.isHidden) return [`[${nameOf(file)}, which is not shown any more]`];
    return file.begins
      ? [`[${nameOf(file)}, which begins:]`, file.begins]
      : [`[${nameOf(file)}, which I can’t read]`];
  });

const KINDS: Readonly<Record<string, string>> = { image: 'a picture', audio: 'a sound', video: 'a video' };

function nameOf({ what, name, note, mimetype = '' }: NamedFile): string {
  const [kind = ''] = mimetype.split('/');
  const thing = what ?? (Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined) ?? 'a file';
  return `${name ? `${thing}, ${name}` : thing}${note ? ` (${note})` : ''}`;
}

/** A moment as it is told a model, by its Unix time; nothing where there is no such moment. */
export function minuteOf(seconds: string): string {
  const at = new Date(Number(seconds) * 1_000);
  if (seconds === '' || Number.isNaN(at.getTime())) return '';
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/(?::00)?\.\d{3}Z$/, ' UTC');
}

/** Newest messages of a thread that a model is told, and how much of them. */
export const TOLD = { messages: 30, characters: 8_000 } as const;

/** As much of a message as is quoted that somebody points at. */
export const QUOTE_CHARACTERS = 2_000;

/** How what was said before is introduced where not all of it is told. */
export const EARLIER_LEFT_OUT = ' (earlier messages are left out)';

/** In place of a message that is replied to or linked. */
export const WAS_DELETED = '> [It was deleted.]';

/** Messages of a text's links that are read, and characters that are told of each. */
export const LINKED = { messages: 3, characters: 2_000 } as const;

/** A message that somebody links to, quoted, as a model is told of it. */
export const linkedMessage = (key: string, quote: string): { key: string; text: string } => ({
  key,
  text: `The message that is linked:\n${cut(quote, LINKED.characters)}`,
});
