import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  real,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';

/**
 * All of our tables live in a schema of their own, beside BullMQ's. Exported for drizzle-kit, which takes a schema that
 * it does not see for one to be dropped.
 * @public
 */
export const internSchema = pgSchema('ml_intern');

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const created = moment('created_at').notNull().defaultNow();

/**
 * One session a thread. `rev` grows with everything a thread could show; `epoch` with every claim. Exchanges up to
 * `settled_exchange` are shown as they will stay.
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
    modelMicroUsd: bigint('model_micro_usd', { mode: 'number' }).notNull().default(0),
    settledExchange: integer('settled_exchange').notNull().default(-1),
    strikes: integer('strikes').notNull().default(0),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('sessions_address').on(table.platform, table.workspace, table.channel, table.thread),
    index('sessions_lease').on(table.leaseUntil),
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
    startedAt: moment('started_at').notNull().defaultNow(),
    finishedAt: moment('finished_at'),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.number] })],
);

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
    appliedAt: moment('applied_at'),
    createdAt: created,
  },
  (table) => [
    uniqueIndex('operations_source').on(table.sourceId),
    index('operations_pending').on(table.sessionId, table.appliedAt),
  ],
);

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
  ],
);

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

/**
 * What the bot has on a platform. No `platform_id`: the post was begun and its outcome is not known. No `exchange`: an
 * older version wrote it, and it counts as belonging to any.
 */
export const posts = internSchema.table(
  'posts',
  {
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    key: text('key').notNull(),
    platformId: text('platform_id'),
    hash: text('hash'),
    exchange: integer('exchange'),
    streamed: text('streamed'),
    createdAt: created,
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.key] })],
);

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
    flavor: text('flavor').notNull(),
    hourlyMicroUsd: bigint('hourly_micro_usd', { mode: 'number' }),
    timeoutSeconds: integer('timeout_seconds').notNull(),
    snapshot: jsonb('snapshot').notNull(),
    lookedAt: moment('looked_at').notNull().defaultNow(),
    followedBy: text('followed_by'),
    followedUntil: moment('followed_until'),
    endedAt: moment('ended_at'),
    createdAt: created,
  },
  (table) => [
    uniqueIndex('watches_tool_call').on(table.toolCallId),
    index('watches_session').on(table.sessionId),
    index('watches_open').on(table.endedAt),
  ],
);

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });

/** Files on their way into a thread or out of it; their bytes are kept as long as events are. */
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
  (table) => [index('usage_session').on(table.sessionId, table.exchange)],
);

/**
 * How fast a workspace may be sent to, for each kind of delivery: when the next one is due, and how far below the
 * published rate a platform's refusals have brought it.
 */
export const paces = internSchema.table(
  'paces',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    bucket: text('bucket').notNull(),
    nextAt: moment('next_at').notNull(),
    factor: real('factor').notNull().default(1),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.bucket] })],
);

/** What people have set for a channel, from the chat. */
export const channelRules = internSchema.table(
  'channel_rules',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    channel: text('channel').notNull(),
    rules: jsonb('rules').notNull(),
    changedBy: jsonb('changed_by').notNull(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.channel] })],
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
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.messageId, table.person] })],
);

/** What the bot was given when it was installed in a workspace: tokens, sealed with ENCRYPTION_KEY. */
export const installations = internSchema.table(
  'installations',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    sealed: text('sealed').notNull(),
    createdAt: created,
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace] })],
);

/** Who this installation is among others that share an account: one row, made at the first start. */
export const installation = internSchema.table('installation', {
  only: boolean('only').primaryKey().default(true),
  id: text('id').notNull(),
});

/** When a chat process last listened to a workspace: what was written since then has to be read back. */
export const presence = internSchema.table(
  'presence',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    seenAt: moment('seen_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace] })],
);

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
    usedAt: moment('used_at').notNull().defaultNow(),
  },
  (table) => [index('web_pages_used').on(table.usedAt)],
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
  (table) => [primaryKey({ columns: [table.callId, table.position] })],
);

/** How the servers of other tools stand, as the worker that looked last found them. */
export const toolServers = internSchema.table('tool_servers', {
  name: text('name').primaryKey(),
  tools: integer('tools').notNull(),
  problem: text('problem'),
  updatedAt: moment('updated_at').notNull().defaultNow(),
});

/** What the bot was given when somebody signed in to a server of other tools: sealed with ENCRYPTION_KEY. */
export const signIns = internSchema.table('sign_ins', {
  server: text('server').primaryKey(),
  sealed: text('sealed').notNull(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
});

/** Whose Hugging Face account somebody has lent to their sessions: the token is sealed with ENCRYPTION_KEY. */
export const accounts = internSchema.table(
  'accounts',
  {
    platform: text('platform').notNull(),
    workspace: text('workspace').notNull(),
    person: text('person').notNull(),
    hubName: text('hub_name').notNull(),
    sealed: text('sealed').notNull(),
    updatedAt: moment('updated_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.platform, table.workspace, table.person] })],
);
