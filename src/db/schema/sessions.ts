import { sql } from 'drizzle-orm';
import { bigint, boolean, index, integer, jsonb, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { created, internSchema, MADE_AT, moment } from './columns.ts';

/**
 * One session a thread. `rev` grows with everything a thread could show; `epoch` with every claim. Exchanges
 * up to `settled_exchange` are shown as they will stay. `render_refused` says why the thread takes nothing,
 * `render_due` when something that was refused is to be tried again.
 */
export const sessions = internSchema.table(
  'sessions',
  {
    id: text('id').primaryKey(),
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    channel: text('channel').notNull(),
    thread: text('thread').notNull(),
    requester: jsonb('requester').notNull(),
    /** Not everybody who reads the channel reads it: what is said there is not told of outside. */
    isPrivate: boolean('is_private').notNull().default(false),
    state: jsonb('state').notNull(),
    draft: jsonb('draft'),
    settings: jsonb('settings').notNull().default({}),
    exchange: integer('exchange').notNull().default(0),
    contextStart: bigint('context_start', { mode: 'number' }).notNull().default(0),
    epoch: integer('epoch').notNull().default(0),
    leaseOwner: text('lease_owner'),
    leaseUntil: moment('lease_until'),
    rev: integer('rev').notNull().default(0),
    renderedRev: integer('rendered_rev').notNull().default(0),
    renderEpoch: integer('render_epoch').notNull().default(0),
    renderUntil: moment('render_until'),
    renderNotBefore: moment('render_not_before'),
    renderBlockedUntil: moment('render_blocked_until'),
    renderGrants: jsonb('render_grants').notNull().default({}),
    renderDivisor: integer('render_divisor').notNull().default(1),
    renderRefused: jsonb('render_refused'),
    renderDue: moment('render_due'),
    modelMicroUsd: bigint('model_micro_usd', { mode: 'number' }).notNull().default(0),
    settledExchange: integer('settled_exchange').notNull().default(-1),
    strikes: integer('strikes').notNull().default(0),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [
    uniqueIndex('sessions_address').on(table.platform, table.workspace, table.channel, table.thread),
    index('sessions_lease').on(table.leaseUntil),
    index('sessions_running').on(table.id).where(sql`${table.state}->>'kind' = 'running'`),
    index('sessions_behind').on(table.id).where(sql`${table.rev} - ${table.renderedRev} > 0`),
    index('sessions_unused')
      .on(table.updatedAt)
      .where(sql`${table.state}->>'kind' in ('idle', 'failed', 'interrupted')`),
    index('sessions_retry').on(table.id).where(sql`${table.state}->'failure' ? 'outage'`),
    index('sessions_render_due').on(table.renderDue).where(sql`${table.renderDue} is not null`),
    index('sessions_refused')
      .on(table.platform, table.workspace)
      .where(sql`${table.renderRefused} is not null or ${table.renderDue} is not null`),
  ],
);

/** One request of a person and all that followed until the next: what a status message is about. */
export const exchanges = internSchema.table(
  'exchanges',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    plan: jsonb('plan').notNull(),
    outcome: jsonb('outcome'),
    modelCalls: integer('model_calls').notNull().default(0),
    corrections: integer('corrections').notNull().default(0),
    undone: boolean('undone').notNull().default(false),
    startedAt: moment('started_at').notNull().default(MADE_AT),
    finishedAt: moment('finished_at'),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.number] })],
);
