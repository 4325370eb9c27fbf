import type { z } from 'zod';
import type { Board } from '../../src/controller/platform-definition.ts';
import { sha256Of } from '../../src/lib/hash.ts';
import { awayReason } from '../../src/lib/unreachable.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { type Acts, byKind } from '../../src/thread/delivery/by-kind.ts';
import { deliveriesOf } from '../../src/thread/delivery/delivery.ts';
import type { Failed, Outbound, Rates } from '../../src/thread/delivery/outbound.ts';
import { type BytesOf, STANDING, TITLE, type Upload } from '../../src/thread/delivery/outgoing.ts';
import { faultOfOurs } from './error-meanings.ts';

/** Nobody else is kept waiting: what a board takes is bounded by how often it is worth looking at. */
const RATE = { perMinute: 1_200, burst: 60, per: 'thread' } as const;
const RATES: Rates = { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE };

/** What a platform whose threads are on a board writes there. */
export type BoardForm = Pick<Outbound, 'editIntervalMs' | 'translate'> & {
  /** What a message of the bot holds. */
  body: z.ZodType<Record<string, unknown>>;
  /** A file as such a message; `bytesOf` reads it later by its id. */
  fileBody(upload: Upload): Record<string, unknown>;
  /** Where a thread is to be found. */
  threadUrl(thread: string): string;
};

/**
 * The side of threads on a board: messages are posted there. A message has its id from its key, so one that
 * is posted again, because nobody knows whether it arrived, is the same message.
 */
export function createBoardOutbound(board: Board, bytesOf: BytesOf, form: BoardForm): Outbound {
  const side = byKind(actsOn(board, form), { failureOf, bytesOf, reactionNames: [] });
  return {
    ...side,
    rates: RATES,
    editIntervalMs: form.editIntervalMs,
    translate: form.translate,
    plainer: () => [],
    threads: {
      url: async ({ thread }) => form.threadUrl(thread),
      begin: (_address, key, body, { title }) =>
        delivered(async () => {
          const thread = idOf('', key);
          await post(board, form, thread, thread, body);
          await board.entitle(thread, title);
          return thread;
        }),
    },
  };
}

const idOf = (thread: string, key: string): string => `m${sha256Of(`${thread} ${key}`).slice(0, 32)}`;

const post = (board: Board, form: BoardForm, thread: string, id: string, body: object) =>
  board.post({ id, thread, author: undefined, body: form.body.parse(body), isTaken: true });

const { delivered } = deliveriesOf(failureOf);

const actsOn = (board: Board, form: BoardForm): Acts<ThreadAddress> => ({
  post: ({ thread }, key, { body }) =>
    delivered(async () => (await post(board, form, thread, idOf(thread, key), body)).id),
  async edit({ thread }, _key, platformId, { body }) {
    const isThere = await board.change(thread, platformId, form.body.parse(body));
    return isThere ? { ok: true, platformId } : { ok: false, reason: 'gone' };
  },
  takeBack: ({ thread }, platformId) => board.remove(thread, platformId),
  share: ({ thread }, key, upload) =>
    delivered(async () => (await post(board, form, thread, idOf(thread, key), form.fileBody(upload))).id),
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
