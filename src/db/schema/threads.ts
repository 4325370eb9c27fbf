import { sql } from 'drizzle-orm';
import { boolean, index, integer, jsonb, primaryKey, real, text } from 'drizzle-orm/pg-core';
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
    index('posts_given_up').on(table.sessionId).where(sql`${table.refused}->>'isGivenUp' = 'true'`),
  ],
);

/**
 * What sessions have to say in other channels that the config lists. `outcome` is how that went, once it
 * has; `due` when it is tried next, null before a place in the pace of its channel is reserved. `is_late`:
 * its call has ended without knowing, so the model is told how it went.
 */
export const announcements = internSchema.table(
  'announcements',
  {
    id: text('id').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    callId: text('call_id').notNull(),
    exchange: integer('exchange').notNull(),
    /** What the config calls the channel. */
    name: text('name').notNull(),
    channel: text('channel').notNull(),
    said: jsonb('said').notNull(),
    due: moment('due'),
    outcome: jsonb('outcome'),
    isLate: boolean('is_late').notNull().default(false),
    createdAt: created,
  },
  (table) => [
    index('announcements_session').on(table.sessionId, table.createdAt),
    index('announcements_open').on(table.sessionId).where(sql`${table.outcome} is null`),
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
export const lastSeen = internSchema.table(
  'presence',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    seenAt: moment('seen_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace] })],
);
