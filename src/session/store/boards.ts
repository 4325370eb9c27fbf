import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Tx } from '../../db/database.ts';
import { boardMessages, boardReaders, boards, boardThreads } from '../../db/schema/boards.ts';
import { later } from '../../lib/clock.ts';
import { Person } from '../address.ts';

/** A message as it is now; the bot's have no author. `place` orders a thread, `version` its changes. */
export type BoardMessage = {
  id: string;
  thread: string;
  author: Person | undefined;
  body: Record<string, unknown>;
  /** Whether what a person wrote has been taken in; always of the bot's. */
  isTaken: boolean;
  isRemoved: boolean;
  place: number;
  version: number;
  at: Date;
};

/** A thread in a list. */
export type BoardThread = {
  thread: string;
  title: string | undefined;
  standing: string | undefined;
  version: number;
  updatedAt: Date;
};

/** What is newer than a version; `version` is how far it goes. */
export type BoardNews = { version: number; threads: BoardThread[]; messages: BoardMessage[] };

/** A part of that. Only whoever has all parts, the last one too, has seen `version`. */
export type BoardPart = BoardNews & { isLast: boolean };

/**
 * The threads of a platform that the program shows itself, in the record: elsewhere the platform keeps
 * what is said. Every change has a version, and versions are seen in their order: each commits before the
 * next one is given. So whoever has seen a version and asks for what is newer misses nothing, and is given
 * of each message what it is by then, however often it was changed.
 */
export type Board = {
  /**
   * Posts a message, or makes the one with its id what this says: what was posted is not posted twice. A
   * thread begins with its first message.
   */
  post(message: Pick<BoardMessage, 'id' | 'thread' | 'author' | 'body' | 'isTaken'>): Promise<BoardMessage>;
  /** Changes a message of the bot; false where there is none (any more). */
  change(thread: string, id: string, body: Record<string, unknown>): Promise<boolean>;
  /** Notes that what a person wrote is taken in. */
  taken(thread: string, id: string): Promise<void>;
  remove(thread: string, id: string): Promise<void>;
  find(id: string): Promise<BoardMessage | undefined>;
  entitle(thread: string, title: string): Promise<void>;
  stand(thread: string, standing: string): Promise<void>;
  /** All that is newer than `version`, of the list and of one thread; from 0 on, the newest of the list. */
  since(version: number, thread: string | undefined): Promise<BoardNews>;
  /**
   * The same in parts of at most `most` messages, those that changed last first; the threads come with the
   * first part. All say the version that the first one was read at: what changes while they are read is
   * newer than that, and in none of the parts that follow.
   */
  inParts(version: number, thread: string | undefined, most: number): AsyncGenerator<BoardPart>;
  /** Is told of every change that this process makes; returns what ends that. */
  onChange(listener: () => void): () => void;
  /** Lets a browser in for so long, by the hash of what it holds; `who` is kept of whoever it is. */
  signIn(hash: string, forMs: number, who?: Record<string, unknown>): Promise<void>;
  /** What was kept of whoever has signed in with a browser; undefined where nobody has (any more). */
  reader(hash: string): Promise<Record<string, unknown> | undefined>;
  signOut(hash: string): Promise<void>;
};

/** Threads in a list that is read anew. */
const LISTED = 200;
/** More than change while a page is not looking. */
const MOST_CHANGED = 10_000;

/** The threads of `platform`. */
export function createBoard(db: Db, platform: string): Board {
  const listeners = new Set<() => void>();
  const changing: Changing = async (name, work) => {
    const done = await db.transaction(name, async (tx) => work(tx, await nextVersion(tx, platform)));
    for (const listener of listeners) listener();
    return done;
  };
  return {
    ...messagesOn(platform, changing),
    ...readersOf(db, platform),
    async find(id) {
      const [row] = await db.select().from(boardMessages).where(isMessage(platform, id));
      return row && !row.isRemoved ? messageOf(row) : undefined;
    },
    entitle: (thread, title) =>
      changing('naming a thread of a board', (tx, version) =>
        touchThread(tx, platform, thread, version, { title }),
      ),
    stand: (thread, standing) =>
      changing('showing how a thread of a board stands', (tx, version) =>
        touchThread(tx, platform, thread, version, { standing }),
      ),
    since: (version, thread) => newsOf(db, platform, version, thread),
    inParts: (version, thread, most) => partsOf(db, platform, version, thread, most),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Does something in one transaction, which is given the version of what it changes. */
type Changing = <T>(name: string, work: (tx: Tx, version: number) => Promise<T>) => Promise<T>;

const isMessage = (platform: string, id: string) =>
  and(eq(boardMessages.platform, platform), eq(boardMessages.id, id));

function messagesOn(
  platform: string,
  changing: Changing,
): Pick<Board, 'post' | 'change' | 'taken' | 'remove'> {
  const change = (thread: string, id: string, set: Partial<typeof boardMessages.$inferInsert>) =>
    changing('changing a message of a board', async (tx, version) => {
      const rows = await tx
        .update(boardMessages)
        .set({ ...set, version })
        .where(and(isMessage(platform, id), eq(boardMessages.isRemoved, false)))
        .returning({ id: boardMessages.id });
      if (rows.length > 0) await touchThread(tx, platform, thread, version, {});
      return rows.length > 0;
    });
  return {
    post: ({ id, thread, author, body, isTaken }) =>
      changing('posting on a board', async (tx, version) => {
        await touchThread(tx, platform, thread, version, {});
        const row = { thread, author: author ?? null, body, isTaken, isRemoved: false, version };
        const { isRemoved, place } = boardMessages;
        const [posted] = await tx
          .insert(boardMessages)
          .values({ platform, id, place: version, ...row })
          .onConflictDoUpdate({
            target: [boardMessages.platform, boardMessages.id],
            set: {
              ...{ body, version, isRemoved: false },
              isTaken: sql`${boardMessages.isTaken} or ${isTaken}`,
              // What was taken away and comes back stands where it comes.
              place: sql`case when ${isRemoved} then ${version}::bigint else ${place} end`,
            },
            // Ids are chosen by browsers: nobody changes what somebody else has said by naming it.
            setWhere: sql`${boardMessages.thread} = ${thread}
              and ${boardMessages.author}->>'id' is not distinct from ${author?.id ?? null}::text`,
          })
          .returning();
        if (posted === undefined) throw new Error('another message has this id');
        return messageOf(posted);
      }),
    change: (thread, id, body) => change(thread, id, { body }),
    taken: async (thread, id) => void (await change(thread, id, { isTaken: true })),
    remove: async (thread, id) => void (await change(thread, id, { isRemoved: true, body: {} })),
  };
}

function readersOf(db: Db, platform: string): Pick<Board, 'signIn' | 'reader' | 'signOut'> {
  const isIts = (hash: string) => and(eq(boardReaders.platform, platform), eq(boardReaders.hash, hash));
  return {
    async signIn(hash, forMs, who = {}) {
      const now = db.clock.now();
      await db
        .delete(boardReaders)
        .where(and(eq(boardReaders.platform, platform), lt(boardReaders.until, now)));
      await db.insert(boardReaders).values({ platform, hash, who, until: later(now, forMs) });
    },
    async reader(hash) {
      const [row] = await db.select().from(boardReaders).where(isIts(hash));
      return row !== undefined && row.until > db.clock.now() ? Body.parse(row.who) : undefined;
    },
    async signOut(hash) {
      await db.delete(boardReaders).where(isIts(hash));
    },
  };
}

/** The next version, which nobody else is given before this transaction is over. */
async function nextVersion(tx: Tx, platform: string): Promise<number> {
  const [row] = await tx
    .insert(boards)
    .values({ platform, version: 1 })
    .onConflictDoUpdate({ target: boards.platform, set: { version: sql`${boards.version} + 1` } })
    .returning({ version: boards.version });
  if (row === undefined) throw new Error('a row that was just written is not there');
  return row.version;
}

async function touchThread(
  tx: Tx,
  platform: string,
  thread: string,
  version: number,
  set: { title?: string; standing?: string },
): Promise<void> {
  const changed = { ...set, version, updatedAt: tx.clock.now() };
  await tx
    .insert(boardThreads)
    .values({ platform, thread, ...changed })
    .onConflictDoUpdate({ target: [boardThreads.platform, boardThreads.thread], set: changed });
}

/**
 * Read in one snapshot, whose newest version is the one that is told; of the newest changes at most
 * `most`.
 */
const newsOf = (
  db: Db,
  platform: string,
  since: number,
  thread: string | undefined,
  most?: number,
): Promise<BoardNews> =>
  db.transaction(
    'reading a board',
    async (tx) => {
      const [board] = await tx
        .select({ version: boards.version })
        .from(boards)
        .where(eq(boards.platform, platform));
      const version = board?.version ?? 0;
      if (version <= since) return { version, threads: [], messages: [] };
      const threads = await tx
        .select()
        .from(boardThreads)
        .where(and(eq(boardThreads.platform, platform), gt(boardThreads.version, since)))
        .orderBy(desc(boardThreads.updatedAt))
        .limit(since === 0 ? LISTED : MOST_CHANGED);
      const messages = thread === undefined ? [] : await changedIn(tx, platform, thread, { since }, most);
      return { version, threads: threads.map(threadOf), messages };
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  );

/**
 * Messages of a thread by their newest changes, between two versions; at most `most`, the newest of them.
 */
async function changedIn(
  db: Db | Tx,
  platform: string,
  thread: string,
  { since, before }: { since: number; before?: number },
  most?: number,
): Promise<BoardMessage[]> {
  const { version } = boardMessages;
  const rows = db
    .select()
    .from(boardMessages)
    .where(
      and(
        eq(boardMessages.platform, platform),
        eq(boardMessages.thread, thread),
        gt(version, since),
        before === undefined ? undefined : lt(version, before),
      ),
    );
  const read = most === undefined ? rows.orderBy(asc(version)) : rows.orderBy(desc(version)).limit(most);
  return (await read).map(messageOf);
}

/**
 * No snapshot is held from part to part: a browser may take its time. A message that changes meanwhile has
 * a version above all that the parts tell, so it is left out of those that follow, and told with what is
 * newer.
 */
async function* partsOf(
  db: Db,
  platform: string,
  since: number,
  thread: string | undefined,
  most: number,
): AsyncGenerator<BoardPart> {
  let { messages: read, ...told } = await newsOf(db, platform, since, thread, most + 1);
  while (thread !== undefined && read.length > most) {
    const messages = read.slice(0, -1);
    yield { ...told, messages, isLast: false };
    told = { ...told, threads: [] };
    const before = messages.at(-1)?.version ?? 0;
    read = await changedIn(db, platform, thread, { since, before }, most + 1);
  }
  yield { ...told, messages: read, isLast: true };
}

const threadOf = (row: typeof boardThreads.$inferSelect): BoardThread => ({
  thread: row.thread,
  title: row.title ?? undefined,
  standing: row.standing ?? undefined,
  version: row.version,
  updatedAt: row.updatedAt,
});

const Body = z.record(z.string(), z.unknown());

const messageOf = (row: typeof boardMessages.$inferSelect): BoardMessage => ({
  id: row.id,
  thread: row.thread,
  author: row.author === null ? undefined : Person.parse(row.author),
  body: Body.parse(row.body),
  isTaken: row.isTaken,
  isRemoved: row.isRemoved,
  place: row.place,
  version: row.version,
  at: row.createdAt,
});
