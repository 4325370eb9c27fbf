import { jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
import { created, internSchema, MADE_AT, moment } from './columns.ts';

/** What people have set for a channel, from the chat. */
export const channelRules = internSchema.table(
  'channel_rules',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    channel: text('channel').notNull(),
    rules: jsonb('rules').notNull(),
    changedBy: jsonb('changed_by').notNull(),
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.channel] })],
);

/** What the bot was given when it was installed in a workspace: tokens, sealed with ENCRYPTION_KEY. */
export const installations = internSchema.table(
  'installations',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    sealed: text('sealed').notNull(),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace] })],
);

/**
 * Whose Hugging Face account somebody has linked to their sessions: the token is sealed with ENCRYPTION_KEY.
 */
export const accounts = internSchema.table(
  'accounts',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    person: text('person').notNull(),
    hubName: text('hub_name').notNull(),
    sealed: text('sealed').notNull(),
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.person] })],
);

/** What the bot was given when somebody signed in to a server of other tools: sealed with ENCRYPTION_KEY. */
export const signIns = internSchema.table('sign_ins', {
  server: text('server').primaryKey(),
  sealed: text('sealed').notNull(),
  updatedAt: moment('updated_at').notNull().default(MADE_AT),
});
