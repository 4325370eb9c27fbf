import type { Card } from '../../src/controller/cards.ts';
import type { BeginThread } from '../../src/controller/commands.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { From } from '../../src/controller/from.ts';
import type { Who } from '../../src/controller/people.ts';
import type { PlatformParts } from '../../src/controller/platform.ts';
import { isTimeZone } from '../../src/lib/time-zones.ts';
import type { Board, BoardMessage } from '../../src/session/store/boards.ts';
import { onMessage, type Written } from '../shared/inbound.ts';
import { sourceOf } from '../shared/source.ts';
import { OWNER } from './mentions.ts';
import { offered, type Say } from './requests.ts';
import { addressOf, PLATFORM } from './traits.ts';

/** What somebody is told who has written something, for their eyes alone. */
export type Told = { texts: string[]; cards: Card[] };

export type Inbound = Pick<PlatformParts, 'intake' | 'attachments'> & {
  board: Board;
  controller: Controller;
};

/** Whoever has the page: it knows one person, who manages it. */
const whoIs = (timeZone: string | undefined): Who => ({
  id: OWNER,
  person: async () => PERSON,
  timeZone: async () => (timeZone !== undefined && isTimeZone(timeZone) ? timeZone : undefined),
  standing: async () => 'member',
  isAdmin: async () => true,
  mayRead: async ({ platform }) => platform === PLATFORM,
});

const PERSON = { id: OWNER, name: 'You' };

/** Something that somebody did, and where. */
export function fromPage(
  { id, thread, timeZone }: { id: string; thread?: string | undefined; timeZone?: string | undefined },
  isFromList: boolean,
): From {
  const { platform, workspace, channel } = addressOf('');
  return {
    who: whoIs(timeZone),
    place: { platform, workspace, channel },
    thread: thread === undefined ? undefined : addressOf(thread),
    sourceId: sourceOf(PLATFORM, 'click', id),
    isFromList,
  };
}

/**
 * Takes in what somebody wrote. It stands on the board first, as what is not taken in yet, and counts once:
 * what the page sends again, because it was not told that it arrived, is the same message.
 */
export async function say(inbound: Inbound, said: Say): Promise<Told> {
  const { board } = inbound;
  const { id, thread, text, files } = said;
  const body = { text, files: files.map(({ name }) => name) };
  const posted = await board.post({ id, thread, author: PERSON, body, isTaken: false });
  const told: Told = { texts: [], cards: [] };
  const { intake, attachments, controller } = inbound;
  const { gate, replaceScript, catchUp } = controller;
  await onMessage({ intake, attachments, gate, replaceScript, catchUp }, written(posted, said, told));
  await board.taken(thread, id);
  return told;
}

function written({ at, place }: BoardMessage, said: Say, told: Told): Written {
  const { id, thread, timeZone } = said;
  const files = offered(said.files, id);
  return {
    address: addressOf(thread),
    sourceId: sourceOf(PLATFORM, id),
    messageId: id,
    writtenAt: { at, order: place },
    isAddressed: true, // the page has nobody else to write to
    isReply: id !== thread,
    who: async () => whoIs(timeZone),
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
  (board: Board, id: string): BeginThread =>
  async (request, by) => {
    const body = { text: request, files: [] };
    const { at, place } = await board.post({ id, thread: id, author: by, body, isTaken: true });
    return { ok: true, address: addressOf(id), messageId: id, writtenAt: { at, order: place } };
  };
