import { bigint, bigserial, date, index, integer, text } from 'drizzle-orm/pg-core';
import { created, internSchema } from './columns.ts';
import { sessions } from './sessions.ts';

/** One model call's tokens and, where the price is known, its cost. */
export const usage = internSchema.table(
  'usage',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    exchange: integer('exchange').notNull(),
    model: text('model').notNull(),
    inputTokens: integer('input_tokens').notNull(),
    cachedTokens: integer('cached_tokens').notNull(),
    outputTokens: integer('output_tokens').notNull(),
    costMicroUsd: bigint('cost_micro_usd', { mode: 'number' }),
    purpose: text('purpose').notNull().default('step'),
    firstTokenMs: integer('first_token_ms'),
    totalMs: integer('total_ms'),
    createdAt: created,
  },
  (table) => [
    index('usage_session').on(table.sessionId, table.exchange),
    index('usage_created').on(table.createdAt),
  ],
);

/**
 * What was spent on a UTC day, in sums that triggers keep up with usage, tool calls and watches, whoever
 * writes those. Whoever adds takes a row that nobody else is adding to, so a sum has a few rows and nobody
 * waits for it.
 */
export const spend = internSchema.table(
  'spend',
  {
    id: bigserial('id', { mode: 'number' }).primaryKey(),
    day: date('day', { mode: 'string' }).notNull(),
    /** `person`, `channel`, `workspace` or `all`; what does not name it is empty. */
    scope: text('scope').notNull(),
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    name: text('name').notNull(),
    microUsd: bigint('micro_usd', { mode: 'number' }).notNull(),
  },
  (table) => [index('spend_sum').on(table.day, table.scope, table.platform, table.workspace, table.name)],
);
