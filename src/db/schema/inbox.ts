import { sql } from 'drizzle-orm';
import { bigserial, index, jsonb, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { created, internSchema, moment } from './columns.ts';
import { sessions } from './sessions.ts';

/** The inbox. `source_id` is the platform's id of what caused it, so a delivery made twice is one row. */
export const operations = internSchema.table(
  'operations',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    sourceId: text('source_id').notNull(),
    kind: text('kind').notNull(),
    body: jsonb('body').notNull(),
    /** When its message was edited last, in its platform's own form. */
    editedAt: text('edited_at'),
    appliedAt: moment('applied_at'),
    createdAt: created,
  },
  (table) => [
    uniqueIndex('operations_source').on(table.sourceId),
    index('operations_pending').on(table.sessionId, table.appliedAt),
    index('operations_waiting').on(table.sessionId, table.id).where(sql`${table.appliedAt} is null`),
  ],
);

/**
 * What was delivered, by its source: who takes it in and for how long, when that was done, and how it was
 * changed before anybody did.
 */
export const deliveries = internSchema.table(
  'deliveries',
  {
    sourceId: text('source_id').primaryKey(),
    owner: text('owner'),
    claimedUntil: moment('claimed_until'),
    doneAt: moment('done_at'),
    change: jsonb('change'),
    createdAt: created,
  },
  (table) => [index('deliveries_created').on(table.createdAt)],
);
