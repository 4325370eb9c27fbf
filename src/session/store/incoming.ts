import type { Person, ThreadAddress } from '../address.ts';
import type { Background } from '../background.ts';
import type { WrittenAt } from '../written-at.ts';
import type { Change } from './deliveries.ts';
import type { NewFile } from './files.ts';

/** What somebody wrote, as a platform hands it over. */
export type IncomingMessage = {
  address: ThreadAddress;
  /** The platform's identity of what was said: two deliveries of one message have the same. */
  sourceId: string;
  /** Their own words, and nothing else: these are what an edit changes. */
  text: string;
  author: Person;
  /** In which time zone their platform knows them to be. */
  timeZone?: string | undefined;
  messageId: string;
  /** Left out where it is no message, as with a button. */
  writtenAt?: WrittenAt | undefined;
  /** What the model is told besides. */
  background?: Background;
  /** Whether fewer people read its thread than its channel. */
  isPrivate?: boolean;
  /** Whether it leaves open approvals open, whatever it says. */
  isAside?: boolean;
  /** Whether it is no command, whatever it looks like. */
  isMessage?: boolean;
  /** Pictures that came with it, for models that see. */
  images?: readonly NewFile[];
  /** Other files, for the agent's sandbox. */
  attachments?: readonly NewFile[];
};

/** A message that no turn has read yet, as it is to be read. */
export type PendingMessage = {
  /** Undefined for a command. */
  text: string | undefined;
  background: Background;
  /** What is kept of its files; undefined where an older version did not say. */
  files: readonly string[] | undefined;
  /** Whether nothing was asked in its thread before. */
  isFirst: boolean;
};

/** What an edit makes of a message: all of it is as the message is now. */
export type EditedMessage = Pick<IncomingMessage, 'text' | 'background' | 'images' | 'attachments'> & {
  /** What is no longer among its files. */
  removed: readonly string[];
};

/** Somebody has changed what they wrote. */
export type Edit = Pick<IncomingMessage, 'address' | 'sourceId' | 'messageId' | 'writtenAt'> & {
  /** What it says now in the platform's own words, and when it was changed: for who takes it in later. */
  change: Change;
  /** Whether it would be taken in, where nobody has taken it in yet. */
  isForBot(): Promise<boolean>;
  /** What becomes of the message as it waits; undefined where it stays what it is. */
  apply(pending: PendingMessage): Promise<EditedMessage | undefined>;
};

/** Somebody has deleted what they wrote. */
export type Deletion = { sourceId: string; isForBot(): Promise<boolean> };

/**
 * A file as a platform tells of it. `download` throws an Error whose message tells what to do where it can't
 * be had.
 */
export type OfferedFile = {
  id: string;
  name: string;
  /** Why it can't be had at all, in words for who sent it. */
  unavailable?: string | undefined;
  download(maxBytes: number, tooLarge: string): Promise<Uint8Array>;
};
