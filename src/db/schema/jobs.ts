import { sql } from 'drizzle-orm';
import { bigint, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { created, internSchema, MADE_AT, moment } from './columns.ts';
import { sessions } from './sessions.ts';
import { toolCalls } from './transcript.ts';

export const watches = internSchema.table(
  'watches',
  {
    id: text('id').primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    toolCallId: text('tool_call_id').references(() => toolCalls.id),
    exchange: integer('exchange').notNull(),
    namespace: text('namespace').notNull(),
    jobId: text('job_id').notNull(),
    url: text('url').notNull(),
    dashboardUrl: text('dashboard_url'),
    /** Whose own account it runs under, by their id on the session's platform. */
    owner: text('owner'),
    title: text('title').notNull(),
    /** What it is called in its thread; null for those that nobody named. */
    name: text('name'),
    /** The call of a short test that comes before what it is about: then `tool_call_id` is null. */
    smokeOf: text('smoke_of').references(() => toolCalls.id),
    flavor: text('flavor').notNull(),
    hourlyMicroUsd: bigint('hourly_micro_usd', { mode: 'number' }),
    timeoutSeconds: integer('timeout_seconds').notNull(),
    /** The data and the part of it that it is measured on; null where that is not known for sure. */
    experiment: jsonb('experiment'),
    snapshot: jsonb('snapshot').notNull(),
    /** When it is to be stopped by itself, as it was approved; null for those without such rules. */
    stopWhen: jsonb('stop_when'),
    /** What was called out while it ran: each cause once. */
    alarms: jsonb('alarms').notNull().default([]),
    lookedAt: moment('looked_at').notNull().default(MADE_AT),
    followedBy: text('followed_by'),
    followedUntil: moment('followed_until'),
    endedAt: moment('ended_at'),
    createdAt: created,
  },
  (table) => [
    uniqueIndex('watches_tool_call').on(table.toolCallId),
    uniqueIndex('watches_smoke_of').on(table.smokeOf),
    index('watches_session').on(table.sessionId),
    index('watches_open').on(table.endedAt),
    index('watches_running').on(table.id).where(sql`${table.endedAt} is null`),
  ],
);

/** When a thread is told how jobs stand. One for the thread's own jobs, one for its channel's. */
export const schedules = internSchema.table(
  'schedules',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    scope: text('scope').notNull(),
    rhythm: jsonb('rhythm').notNull(),
    lastDue: moment('last_due'),
    lastShown: text('last_shown'),
    createdAt: created,
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.scope] })],
);

/** What people do not want to be called by, for themselves: the message is there without the mention. */
export const mutes = internSchema.table(
  'mutes',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    person: text('person').notNull(),
    /** A kind of message, such as alarms. */
    kind: text('kind').notNull(),
    createdAt: created,
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.person, table.kind] })],
);
