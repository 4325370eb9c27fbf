import type { ThreadAddress } from '../session/address.ts';
import type { Background } from '../session/background.ts';
import type { Change } from '../session/store/deliveries.ts';
import type { OfferedFile } from '../session/store/incoming.ts';
import type { WrittenAt } from '../session/written-at.ts';
import type { Card } from './cards.ts';
import type { Who } from './people.ts';

export type { Change, OfferedFile };

/* What people wrote, as every platform hands it on: messages, edits of them, and that one was deleted. */

/** A message that a person wrote, as its platform knows it. What has to be looked up is when it is asked. */
export type Written = {
  address: ThreadAddress;
  /** The platform's identity of the message: however often it is delivered, it has the same. */
  sourceId: string;
  messageId: string;
  writtenAt: WrittenAt | undefined;
  /** Whether fewer people read its thread than its channel. */
  isPrivate?: boolean;
  /** Whether somebody means the bot: by name, or by writing to it alone. */
  isAddressed: boolean;
  /** Whether it begins a session although it addresses nobody, as posts of some forums do. */
  isRequest?: boolean;
  /** Whether it stands in a thread and is to nobody else: for the bot where the thread has a session. */
  isReply: boolean;
  /** Who wrote it. Throws where that can't be found out now. */
  who(): Promise<Who>;
  /** Their words as text for a model, without the mention of the bot. */
  words(): Promise<string>;
  fileIds: readonly string[];
  files(): Promise<readonly OfferedFile[]>;
  /** What is shown with the words and is not theirs, and files that could not be had (`missing`, by ids). */
  shown(missing: ReadonlySet<string>): Promise<string>;
  /**
   * What a model has to know besides. `known` is what was found for it before an edit, undefined where nobody
   * has looked yet; `isFirst` says whether nothing was asked in the thread before.
   */
  background(isFirst: boolean, known: Background | undefined): Promise<Found>;
  /** Tells who wrote it something; nobody else is notified. Never rejects. */
  tell(text: string): Promise<void>;
  /** Shows who wrote it a card that nobody else sees. Never rejects. Left out where there is no way to. */
  show?(card: Card): Promise<void>;
  /** Makes sure of the thread that an answer goes to. False where there can be none, which has been told. */
  hasThread?(): Promise<boolean>;
};

/** What was found for a model; `follow` has the rest told once it can be read. */
export type Found = { background: Background; follow?: (() => void) | undefined };

/** An edit of a message: how it was changed, and what the message was before where that is known. */
export type Edit = {
  before: Written | undefined;
  change: Change;
  /** Whether who takes the message in later may still be given what it said before the edit. */
  isNewsLater: boolean;
};

/** What makes of a message, as it was delivered, what it is after a change that came before it. */
export type Changing = (change: Change | undefined) => Written;

/**
 * A message that was deleted, as far as it is known what it had been: `unknown` may have been for the bot,
 * and what is `nothing` is not found any more by whoever would take it in.
 */
export type Deleted = { sourceId: string; was: Written | 'unknown' | 'nothing' };
