import { sql } from 'drizzle-orm';
import { customType, pgSchema, timestamp } from 'drizzle-orm/pg-core';

/**
 * All of our tables live in a schema of their own, beside BullMQ's. Exported for drizzle-kit, which takes a
 * schema that it does not see for one to be dropped.
 * @public
 */
export const internSchema = pgSchema('ml_intern');

export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });

/**
 * When a row was made, which `Db.insert` fills in with the record's time; the database does so by itself only
 * for older versions that run beside this one.
 */
export const MADE_AT = sql`now()`;

export const created = moment('created_at').notNull().default(MADE_AT);

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
