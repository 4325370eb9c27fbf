import { sql } from 'drizzle-orm';
import { bigint, bigserial, boolean, index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { bytes, created, internSchema, MADE_AT, moment } from './columns.ts';
import { sessions } from './sessions.ts';

/** The transcript. Rows are marked, never deleted. */
export const messages = internSchema.table(
  'messages',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    exchange: integer('exchange').notNull(),
    entry: jsonb('entry').notNull(),
    undone: boolean('undone').notNull().default(false),
    createdAt: created,
  },
  (table) => [
    index('messages_session').on(table.sessionId, table.id),
    index('messages_exchange').on(table.sessionId, table.exchange),
    index('messages_summaries').on(table.sessionId).where(sql`${table.entry}->>'role' = 'summary'`),
  ],
);

/**
 * Since when a call waits for a decision, or for the second one. It is compared as text, which has no row
 * that can't be compared: both are in the form of Date.toJSON.
 */
export const OPEN_SINCE = sql`(coalesce(state->'first'->>'at', state->>'since') collate "C")`;

export const toolCalls = internSchema.table(
  'tool_calls',
  {
    id: text('id').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    messageId: bigint('message_id', { mode: 'number' })
      .notNull()
      .references(() => messages.id),
    exchange: integer('exchange').notNull(),
    position: integer('position').notNull(),
    providerId: text('provider_id').notNull(),
    name: text('name').notNull(),
    arguments: text('arguments').notNull(),
    summary: text('summary').notNull(),
    /** In the words of people; null where its tool has none. */
    step: jsonb('step'),
    /** `failures` where the timeline lists it only if it fails; anything else is a line of its own. */
    timeline: text('timeline'),
    state: jsonb('state').notNull(),
    approval: jsonb('approval'),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
    createdAt: created,
  },
  (table) => [
    index('tool_calls_session').on(table.sessionId, table.messageId, table.position),
    index('tool_calls_exchange').on(table.sessionId, table.exchange),
    index('tool_calls_awaiting')
      .on(table.sessionId)
      .where(sql`${table.state}->>'kind' = 'awaiting_approval'`),
    index('tool_calls_open_since').on(OPEN_SINCE).where(sql`state->>'kind' = 'awaiting_approval'`),
    index('tool_calls_unreminded')
      .on(OPEN_SINCE)
      .where(sql`state->>'kind' = 'awaiting_approval' and state->>'remindedAt' is null`),
    index('tool_calls_reserved')
      .on(table.sessionId)
      .where(sql`${table.state}->>'kind' in ('approved', 'running')`),
    index('tool_calls_before_run').on(table.sessionId).where(sql`${table.state}->'follows' is not null`),
    index('tool_calls_unknown').on(table.sessionId).where(sql`${table.state}->>'kind' = 'unknown'`),
  ],
);

/** What a call that takes many steps has done so far: a crash resumes it from the last one. */
export const callJournal = internSchema.table(
  'call_journal',
  {
    callId: text('call_id')
      .notNull()
      .references(() => toolCalls.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    entry: jsonb('entry').notNull(),
    createdAt: created,
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.position] }),
    index('call_journal_created').on(table.createdAt),
  ],
);

/** Files on their way into a thread or out of it; their bytes are deleted after `retention.file_days`. */
export const files = internSchema.table(
  'files',
  {
    id: text('id').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    bytes: bytes('bytes').notNull(),
    /** Set for what people attached: where the agent finds it. */
    path: text('path'),
    createdAt: created,
  },
  (table) => [index('files_created').on(table.createdAt), index('files_session').on(table.sessionId)],
);

/** What people said of answers: one word a person and answer, the last one counts. */
export const feedback = internSchema.table(
  'feedback',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    messageId: bigint('message_id', { mode: 'number' }).notNull(),
    person: text('person').notNull(),
    personName: text('person_name').notNull(),
    verdict: text('verdict').notNull(),
    comment: text('comment'),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.messageId, table.person] })],
);

/**
 * What older versions noted down of every change. Nothing reads it and nothing is added: what is left is
 * thinned.
 */
export const events = internSchema.table(
  'events',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    type: text('type').notNull(),
    data: jsonb('data').notNull(),
    createdAt: created,
  },
  (table) => [index('events_session').on(table.sessionId, table.id)],
);
