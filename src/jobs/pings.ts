import { createHash } from 'node:crypto';
import { and, asc, eq, isNull, lt, not, or } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Tx } from '../db/database.ts';
import { schedules, watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import { durationText } from '../lib/duration.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { ThreadAddress } from '../session/address.ts';
import { addMessage } from '../session/store/record.ts';
import { sessionOf, watchOf } from '../session/store/rows.ts';
import {
  NO_PINGS,
  PINGS_OFF,
  PINGS_USAGE,
  pingsText,
  runningText,
  unknownTimeZone,
  WRONG_PINGS,
} from '../thread/words/pings.ts';

const LEAST_MS = 60_000;
const MOST_MS = 31 * 86_400_000;
const SAID_IN_DAYS_MS = 2 * 86_400_000;
/** `00000000000000000000000030m` is told as what it is. */
const SAID_CHARACTERS = 20;

/** Older versions took longer ones than people may set now. */
const LONGEST_KEPT_MS = 3_660 * 86_400_000;

const Scope = z.enum(['thread', 'channel']);
type Scope = z.infer<typeof Scope>;

/** When pings are due. A cron pattern is read in its time zone, so that summer time moves nothing. */
const Rhythm = z.object({
  when: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('every'), ms: z.number().min(LEAST_MS).max(LONGEST_KEPT_MS) }),
    z.object({ kind: z.literal('daily'), pattern: z.string(), timeZone: z.string() }),
  ]),
  /** As people said it. */
  words: z.string(),
  isQuiet: z.boolean(),
});
type Rhythm = z.infer<typeof Rhythm>;

export type PingOrder =
  | { kind: 'show' }
  | { kind: 'off'; scope: Scope }
  | { kind: 'set'; scope: Scope; rhythm: Rhythm }
  | { kind: 'wrong'; problem: string };

export type Schedule = { sessionId: string; scope: Scope; rhythm: Rhythm };

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * What a message that begins with "pings" asks for; undefined where it is no such command: "pings are
 * annoying" is said to the agent.
 */
export function pingOrderOf(text: string): PingOrder | undefined {
  const words = text.trim().replace(/[.!]$/, '').split(/\s+/);
  if (words.shift()?.toLowerCase() !== 'pings') return undefined;
  if (words.length === 0) return { kind: 'show' };
  if (!ORDERED.test(words.join(' '))) return undefined;
  const scope: Scope = words[0]?.toLowerCase() === 'channel' ? 'channel' : 'thread';
  if (scope === 'channel') words.shift();
  const isQuiet = words.at(-1)?.toLowerCase() === 'quiet';
  if (isQuiet) words.pop();
  const [first = '', time = '', timeZone = 'UTC'] = words;
  if (first.toLowerCase() === 'off' && words.length === 1) return { kind: 'off', scope };
  const said = words.join(' ');
  const every = /^(\d+(?:\.\d+)?)(m|h|d)$/i.exec(first);
  if (every !== null && words.length === 1) {
    const ms = Math.round(Number(every[1]) * (UNITS[every[2]?.toLowerCase() ?? ''] ?? 0));
    if (ms < LEAST_MS) return { kind: 'wrong', problem: WRONG_PINGS.tooOften };
    if (ms > MOST_MS) return { kind: 'wrong', problem: WRONG_PINGS.tooSeldom };
    const isAsSaid = ms < SAID_IN_DAYS_MS && said.length <= SAID_CHARACTERS;
    const words = isAsSaid ? `every ${said}` : `every ${durationText(ms / 1000)}`;
    return { kind: 'set', scope, rhythm: { when: { kind: 'every', ms }, words, isQuiet } };
  }
  if (first.toLowerCase() !== 'daily') return { kind: 'wrong', problem: PINGS_USAGE };
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (clock === null || words.length > 3) return { kind: 'wrong', problem: PINGS_USAGE };
  if (!isTimeZone(timeZone)) {
    return {
      kind: 'wrong',
      problem: unknownTimeZone(timeZone),
    };
  }
  const pattern = `${Number(clock[2])} ${Number(clock[1])} * * *`;
  const when = { kind: 'daily' as const, pattern, timeZone };
  return { kind: 'set', scope, rhythm: { when, words: `daily at ${time} ${timeZone}`, isQuiet } };
}

/** What is meant as an order, be it wrong: a number, or one of its words, and little else. */
const ORDERED =
  /^(?:channel ?)?(?:(?:off|on|daily|every|hourly|quiet|\d\S*)(?: (?:off|on|quiet|at|every|minutes?|hours?|days?|min|hour|day|am|pm|\d\S*|\w+\/\w\S*|utc|gmt|c?est|cet|[ecmp][sd]t|bst|ist|jst)){0,4})?$/i;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Does what was ordered for a session. Returns what its thread is told. */
export async function orderPings(
  tx: Tx,
  isolation: Isolation,
  sessionId: string,
  order: PingOrder,
): Promise<string> {
  if (order.kind === 'wrong') return order.problem;
  if (order.kind === 'show') {
    const rows = await tx
      .select()
      .from(schedules)
      .where(eq(schedules.sessionId, sessionId))
      .orderBy(asc(schedules.createdAt));
    const own = isolation.readable(rows, nameOf, scheduleOf);
    if (own.length === 0) return NO_PINGS;
    return own.map(pingsText).join('\n\n');
  }
  const { scope } = order;
  if (order.kind === 'off') {
    await tx.delete(schedules).where(and(eq(schedules.sessionId, sessionId), eq(schedules.scope, scope)));
    return PINGS_OFF[scope];
  }
  const values = { rhythm: order.rhythm, lastShown: null };
  await tx
    .insert(schedules)
    .values({ sessionId, scope, ...values })
    .onConflictDoUpdate({ target: [schedules.sessionId, schedules.scope], set: values });
  return pingsText({ scope, rhythm: order.rhythm });
}

/** Every thread's; one that can't be read is left out. */
export async function allSchedules(db: Db, isolation: Isolation): Promise<Schedule[]> {
  const rows = await db.select().from(schedules).orderBy(asc(schedules.createdAt));
  return isolation.readable(rows, nameOf, scheduleOf);
}

const nameOf = ({ sessionId, scope }: { sessionId: string; scope: string }) =>
  `pings of session ${sessionId} (${scope})`;

const scheduleOf = ({ sessionId, scope, rhythm }: typeof schedules.$inferSelect): Schedule => ({
  sessionId,
  scope: Scope.parse(scope),
  rhythm: Rhythm.parse(rhythm),
});

/**
 * Tells a thread how jobs stand, for one due time at most once whoever asks. False where nothing was said: it
 * was said before, pings are off, or nothing has changed and they are to be quiet.
 */
export async function ping(
  db: Db,
  isolation: Isolation,
  sessionId: string,
  scope: string,
  due: Date,
): Promise<boolean> {
  return db.transaction(`a ping in session ${sessionId}`, async (tx) => {
    const [row] = await tx
      .update(schedules)
      .set({ lastDue: due })
      .where(
        and(
          eq(schedules.sessionId, sessionId),
          eq(schedules.scope, scope),
          or(isNull(schedules.lastDue), lt(schedules.lastDue, due)),
        ),
      )
      .returning();
    const [found] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
    if (row === undefined || found === undefined) return false;
    const session = sessionOf(found);
    const rows = await runningJobs(tx, session.address, scope === 'channel' ? undefined : sessionId);
    const running = isolation.readable(rows, ({ id }) => `watch ${id}`, watchOf);
    const shown = createHash('sha256')
      .update(
        JSON.stringify(
          running.map(({ jobId, snapshot }) => [jobId, snapshot.stage, snapshot.progress?.step]),
        ),
      )
      .digest('base64url');
    if (Rhythm.parse(row.rhythm).isQuiet && row.lastShown === shown) return false;
    await tx
      .update(schedules)
      .set({ lastShown: shown })
      .where(and(eq(schedules.sessionId, sessionId), eq(schedules.scope, scope)));
    await addMessage(tx, sessionId, session.exchange, { role: 'notice', text: runningText(running) });
    return true;
  });
}

async function runningJobs(
  tx: Tx,
  address: ThreadAddress,
  sessionId: string | undefined,
): Promise<(typeof watches.$inferSelect)[]> {
  const rows = await tx
    .select({ watch: watches })
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(
      and(
        isNull(watches.endedAt),
        sessionId === undefined
          ? and(
              eq(sessions.platform, address.platform),
              eq(sessions.workspace, address.workspace),
              eq(sessions.channel, address.channel),
              or(not(sessions.isPrivate), eq(sessions.thread, address.thread)),
            )
          : eq(sessions.id, sessionId),
      ),
    )
    .orderBy(asc(watches.createdAt));
  return rows.map((row) => row.watch);
}
