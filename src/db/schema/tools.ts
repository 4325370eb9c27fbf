import { index, integer, primaryKey, text } from 'drizzle-orm/pg-core';
import { internSchema, MADE_AT, moment } from './columns.ts';
import { sessions } from './sessions.ts';

/** Pages of the web that tools have read: see `createWebCache`. */
export const webPages = internSchema.table(
  'web_pages',
  {
    key: text('key').primaryKey(),
    url: text('url').notNull(),
    contentType: text('content_type').notNull(),
    text: text('text').notNull(),
    etag: text('etag'),
    lastModified: text('last_modified'),
    freshUntil: moment('fresh_until').notNull(),
    usedAt: moment('used_at').notNull().default(MADE_AT),
  },
  (table) => [index('web_pages_used').on(table.usedAt)],
);

/** Files of a session's sandbox as the model has last seen them: see `createReadFiles`. */
export const readFiles = internSchema.table(
  'read_files',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    path: text('path').notNull(),
    sha256: text('sha256').notNull(),
    readAt: moment('read_at').notNull().default(MADE_AT),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.path] })],
);

/** How the servers of other tools stand, as the worker that looked last found them. */
export const toolServers = internSchema.table('tool_servers', {
  name: text('name').primaryKey(),
  tools: integer('tools').notNull(),
  problem: text('problem'),
  updatedAt: moment('updated_at').notNull().default(MADE_AT),
});
