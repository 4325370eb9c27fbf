import type { Card } from '../../src/controller/cards.ts';
import type { BeginThread } from '../../src/controller/commands.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import type { Who } from '../../src/controller/people.ts';
import type { Board, BoardMessage } from '../../src/controller/platform-definition.ts';
import type { OfferedFile, Written } from '../../src/controller/written.ts';
import { isTimeZone } from '../../src/lib/time-zones.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { sourceOf } from './source.ts';

/*
 * What somebody does on a platform that the program shows itself, with its threads on a board in the record.
 * Often there is one person alone, who runs the bot.
 */

export type OnePerson = {
  platform: string;
  person: Person;
  /** Whether they manage the platform. */
  isAdmin: boolean;
  addressOf(thread: string): ThreadAddress;
};

/** What somebody is told who has written something, for their eyes alone. */
export type Told = { texts: string[]; cards: Card[] };

export type BoardInbound = { board: Board; controller: Controller };

/** What was written, by an id of its own. */
export type SaidOnBoard = {
  id: string;
  thread: string;
  text: string;
  timeZone?: string | undefined;
  files: readonly OfferedFile[];
};

/** Somebody who writes or clicks there; all read all threads of it. */
const whoHasIt = ({ platform, person, isAdmin }: OnePerson, timeZone: string | undefined): Who => ({
  id: person.id,
  person: async () => person,
  timeZone: async () => (timeZone !== undefined && isTimeZone(timeZone) ? timeZone : undefined),
  standing: async () => 'member',
  isAdmin: async () => isAdmin,
  mayRead: async (address) => address.platform === platform,
});

/** Something that somebody did, and where. */
export function fromOnePerson(
  one: OnePerson,
  { id, thread, timeZone }: { id: string; thread?: string | undefined; timeZone?: string | undefined },
  isFromList: boolean,
): From {
  const { platform, workspace, channel } = one.addressOf('');
  return {
    who: whoHasIt(one, timeZone),
    place: { platform, workspace, channel },
    thread: thread === undefined ? undefined : one.addressOf(thread),
    sourceId: sourceOf(platform, 'click', id),
    isFromList,
  };
}

/**
 * Takes in what somebody wrote. It stands on the board first, as what is not taken in yet, and counts once:
 * what is sent again, because nobody knows whether it arrived, is the same message.
 */
export async function sayOnBoard(inbound: BoardInbound, one: OnePerson, said: SaidOnBoard): Promise<Told> {
  const { board, controller } = inbound;
  const { id, thread, text, files } = said;
  const body = { text, files: files.map(({ name }) => name) };
  const posted = await board.post({ id, thread, author: one.person, body, isTaken: false });
  const told: Told = { texts: [], cards: [] };
  await controller.message(writtenOn(one, posted, said, told));
  await board.taken(thread, id);
  return told;
}

function writtenOn(one: OnePerson, { at, place }: BoardMessage, said: SaidOnBoard, told: Told): Written {
  const { id, thread, timeZone, files } = said;
  return {
    address: one.addressOf(thread),
    sourceId: sourceOf(one.platform, id),
    messageId: id,
    writtenAt: { at, order: place },
    isAddressed: true, // its threads are for the bot alone
    isReply: id !== thread,
    who: async () => whoHasIt(one, timeZone),
    words: async () => said.text.trim(),
    fileIds: files.map((file) => file.id),
    files: async () => files,
    shown: async () => '',
    background: async () => ({ background: {} }),
    tell: async (text) => void told.texts.push(text),
    show: async (card) => void told.cards.push(card),
  };
}

/** Posts a request on the board, as the first message of a thread. */
export const beginnerOn =
  (board: Board, one: OnePerson, id: string): BeginThread =>
  async (request, by) => {
    const body = { text: request, files: [] };
    const { at, place } = await board.post({ id, thread: id, author: by, body, isTaken: true });
    return { ok: true, address: one.addressOf(id), messageId: id, writtenAt: { at, order: place } };
  };
