import { bigint, boolean, index, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { created, internSchema, MADE_AT, moment } from './columns.ts';

/*
 * Threads of platforms that the program shows itself: elsewhere the platform keeps what is said.
 */

/**
 * How often anything of a platform's threads has changed: whoever has seen that much asks for what is newer.
 */
export const boards = internSchema.table('boards', {
  platform: text('platform').primaryKey(),
  version: bigint('version', { mode: 'number' }).notNull(),
});

/** A thread; `version` is that of its newest change, the title's, the standing's or a message's. */
export const boardThreads = internSchema.table(
  'board_threads',
  {
    platform: text('platform').notNull(),
    thread: text('thread').notNull(),
    title: text('title'),
    standing: text('standing'),
    version: bigint('version', { mode: 'number' }).notNull(),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [
    primaryKey({ columns: [table.platform, table.thread] }),
    index('board_threads_updated').on(table.platform, table.updatedAt),
  ],
);

/**
 * A message of a person (`author`) or of the bot, as it is now; `place` is the version that it was posted at,
 * by which messages stand in order. One that was taken away stays as `is_removed`, without its body.
 */
export const boardMessages = internSchema.table(
  'board_messages',
  {
    platform: text('platform').notNull(),
    id: text('id').notNull(),
    thread: text('thread').notNull(),
    author: jsonb('author'),
    body: jsonb('body').notNull(),
    isTaken: boolean('is_taken').notNull().default(true),
    isRemoved: boolean('is_removed').notNull().default(false),
    place: bigint('place', { mode: 'number' }).notNull(),
    version: bigint('version', { mode: 'number' }).notNull(),
    createdAt: created,
  },
  (table) => [
    primaryKey({ columns: [table.platform, table.id] }),
    index('board_messages_version').on(table.platform, table.thread, table.version),
  ],
);

/** Browsers that are signed in, by the hash of what their cookie holds, with whose they are. */
export const boardReaders = internSchema.table(
  'board_readers',
  {
    platform: text('platform').notNull(),
    hash: text('hash').notNull(),
    who: jsonb('who').notNull().default({}),
    until: moment('until').notNull(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.hash] })],
);
