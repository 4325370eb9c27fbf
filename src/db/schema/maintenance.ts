import { boolean, primaryKey, text } from 'drizzle-orm/pg-core';
import { internSchema, moment } from './columns.ts';

/** When each kind of housekeeping was last done to its end, and who is at it. */
export const housekeeping = internSchema.table('housekeeping', {
  name: text('name').primaryKey(),
  doneAt: moment('done_at'),
  claimedBy: text('claimed_by'),
  claimedUntil: moment('claimed_until'),
});

/** Who is renewing what may be renewed once, and for how long nobody else may. */
export const renewals = internSchema.table('renewals', {
  what: text('what').primaryKey(),
  owner: text('owner').notNull(),
  until: moment('until').notNull(),
});

/** Who this installation is among others that share an account: one row, made at the first start. */
export const installation = internSchema.table('installation', {
  only: boolean('only').primaryKey().default(true),
  id: text('id').notNull(),
});

/**
 * Who was told that a model provider is out: once a person and outage, however many of their threads wait for
 * it, and once that it answers again.
 */
export const outagesTold = internSchema.table(
  'outages_told',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    person: text('person').notNull(),
    provider: text('provider').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.person, table.provider] })],
);
