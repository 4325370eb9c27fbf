import { index, integer, jsonb, primaryKey, real, text } from 'drizzle-orm/pg-core';
import { created, internSchema, MADE_AT, moment } from './columns.ts';
import { sessions } from './sessions.ts';

/**
 * What the bot has on a platform. No `platform_id`: the post was begun and its outcome is not known. No
 * `exchange`: an older version wrote it, and it counts as belonging to any. `generation` counts the messages
 * that have stood for it before, `form` is how plain the last one is, `refused` what the platform said when
 * it did not take it.
 */
export const posts = internSchema.table(
  'posts',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    platformId: text('platform_id'),
    hash: text('hash'),
    exchange: integer('exchange'),
    streamed: text('streamed'),
    generation: integer('generation').notNull().default(0),
    form: integer('form').notNull().default(0),
    refused: jsonb('refused'),
    createdAt: created,
  },
  (table) => [
    primaryKey({ columns: [table.sessionId, table.key] }),
    index('posts_exchange').on(table.sessionId, table.exchange),
  ],
);

/**
 * How fast a workspace may be sent to, for each kind of delivery: when the next one is due, and how far below
 * the published rate a platform's refusals have brought it.
 */
export const paces = internSchema.table(
  'paces',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    bucket: text('bucket').notNull(),
    nextAt: moment('next_at').notNull(),
    factor: real('factor').notNull().default(1),
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.bucket] })],
);

/** When a chat process last listened to a workspace: what was written since then has to be read back. */
export const presence = internSchema.table(
  'presence',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    seenAt: moment('seen_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace] })],
);
