import { index, integer, jsonb, primaryKey, text } from 'drizzle-orm/pg-core';
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

/** What the bot was given when it was installed in a workspace: tokens, encrypted with ENCRYPTION_KEY. */
export const installations = internSchema.table(
  'installations',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    encrypted: text('sealed').notNull(),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace] })],
);

/** Where the bot has said hello, or is about to: in a channel, or (an empty `place`) a whole workspace. */
export const greetings = internSchema.table(
  'greetings',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    place: text('place').notNull(),
    tries: integer('tries').notNull(),
    /** Until when the process that says it is waited for. */
    until: moment('until'),
    saidAt: moment('said_at'),
    createdAt: created,
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.place] })],
);

/** Hugging Face accounts that people have linked to their sessions: tokens, encrypted with ENCRYPTION_KEY. */
export const accounts = internSchema.table(
  'accounts',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    person: text('person').notNull(),
    hubName: text('hub_name').notNull(),
    /** The Hub's id of the account, which no rename changes; not known of those linked long ago. */
    hubId: text('hub_id'),
    encrypted: text('sealed').notNull(),
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [
    primaryKey({ columns: [table.platform, table.workspace, table.person] }),
    index('accounts_hub').on(table.hubId),
  ],
);

/** What the bot was given when somebody signed in to an MCP server: encrypted with ENCRYPTION_KEY. */
export const signIns = internSchema.table('sign_ins', {
  server: text('server').primaryKey(),
  encrypted: text('sealed').notNull(),
  updatedAt: moment('updated_at').notNull().default(MADE_AT),
});

/**
 * What approvers that are named by ids are called, as their platform has told; of a group or role its people,
 * null where they are more than are called.
 */
export const approverNames = internSchema.table(
  'approver_names',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    who: text('who').notNull(),
    name: text('name').notNull(),
    people: jsonb('people'),
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.who] })],
);

/** In which time zone people are: what they have said, which counts, and what their platform knows. */
export const timeZones = internSchema.table(
  'time_zones',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    person: text('person').notNull(),
    said: text('said'),
    known: text('known'),
    updatedAt: moment('updated_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.person] })],
);
