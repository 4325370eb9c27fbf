import { sha256Of } from '../../src/lib/hash.ts';
import { awayReason } from '../../src/lib/unreachable.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Board } from '../../src/session/store/boards.ts';
import { type Acts, byKind } from '../../src/thread/delivery/by-kind.ts';
import { deliveriesOf } from '../../src/thread/delivery/delivery.ts';
import type { Failed, Outbound, Rates } from '../../src/thread/delivery/outbound.ts';
import { type BytesOf, STANDING, TITLE } from '../../src/thread/delivery/outgoing.ts';
import { faultOfOurs } from '../shared/error-meanings.ts';
import { Body } from './messages.ts';
import { printed } from './printer.ts';
import { threadPath } from './style.ts';

/** Nobody else is kept waiting: what a board takes is bounded by how often it is worth looking at. */
const RATE = { perMinute: 1_200, burst: 60, per: 'thread' } as const;
const RATES: Rates = { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE };
const EDIT_INTERVAL_MS = 400;

/**
 * The page's side of threads: messages are posted on its board. A message has its id from its key, so one
 * that is posted again, because nobody knows whether it arrived, is the same message.
 */
export function createPageOutbound(board: Board, bytesOf: BytesOf): Outbound {
  const side = byKind(actsOn(board), { failureOf, bytesOf, reactionNames: [] });
  return {
    ...side,
    rates: RATES,
    editIntervalMs: EDIT_INTERVAL_MS,
    translate: printed,
    plainer: () => [],
    threads: {
      url: async ({ thread }) => threadPath(thread),
      begin: (_address, key, body, { title }) =>
        delivered(async () => {
          const thread = idOf('', key);
          await post(board, thread, thread, body);
          await board.entitle(thread, title);
          return thread;
        }),
    },
  };
}

const idOf = (thread: string, key: string): string => `m${sha256Of(`${thread} ${key}`).slice(0, 32)}`;

const post = (board: Board, thread: string, id: string, body: object) =>
  board.post({ id, thread, author: undefined, body: Body.parse(body), isTaken: true });

const { delivered } = deliveriesOf(failureOf);

const actsOn = (board: Board): Acts<ThreadAddress> => ({
  post: ({ thread }, key, { body }) =>
    delivered(async () => (await post(board, thread, idOf(thread, key), body)).id),
  async edit({ thread }, _key, platformId, { body }) {
    const isThere = await board.change(thread, platformId, Body.parse(body));
    return isThere ? { ok: true, platformId } : { ok: false, reason: 'gone' };
  },
  takeBack: ({ thread }, platformId) => board.remove(thread, platformId),
  share: ({ thread }, key, { file, text, alt, calling }) =>
    delivered(async () => {
      const piece = { kind: 'file', fileId: file.id, name: file.name, ...(alt ? { alt } : {}) };
      const said = text.trim() === '' ? [] : [{ kind: 'markdown', text }];
      const body = { kind: 'file', headline: file.name, isCalling: calling !== undefined };
      return (await post(board, thread, idOf(thread, key), { ...body, pieces: [...said, piece] })).id;
    }),
  // How a request stands is shown by its thread.
  react: async () => false,
  unreact: async () => {},
  stand: ({ thread }, standing) =>
    delivered(async () => {
      await board.stand(thread, standing);
      return STANDING;
    }),
  name: ({ thread }, text) =>
    delivered(async () => {
      await board.entitle(thread, text);
      return TITLE;
    }),
  async find({ thread }, key) {
    const id = idOf(thread, key);
    return (await board.find(id)) && { ok: true, platformId: id };
  },
});

/** What a board does not take, the record has not taken. */
function failureOf(error: unknown): Failed {
  const away = awayReason(error);
  return away === undefined ? faultOfOurs(error) : { ok: false, reason: 'unavailable', detail: away };
}
