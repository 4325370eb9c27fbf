import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Tx } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Channel, Person } from '../session/address.ts';
import { Alarm, type Finding } from '../session/alarms.ts';
import { insertOperation } from '../session/store/inbox.ts';
import { touch } from '../session/store/lease.ts';
import { addMessage } from '../session/store/record.ts';
import { sessionOf } from '../session/store/rows.ts';
import type { Watch } from '../session/watches.ts';
import { alarmText, LET_RUN_ALREADY, NO_ALARM } from '../thread/words/alarms.ts';
import { isMuted } from './mutes.ts';

/** Where alarms are told, and who hears of them besides people. */
export type AlarmRules = {
  areTold(place: Channel): boolean;
  /** Whether the model is told too, which costs a turn. */
  wakeModel: boolean;
};

/**
 * Calls whoever asked for a job about what is found to be wrong with it, each cause once: within the look
 * that found it. `told` is the job's column as it was read in this transaction. Returns whether somebody was
 * told.
 */
export async function tellAlarms(
  tx: Tx,
  { watch, told, findings }: { watch: Watch; told: unknown; findings: readonly Finding[] },
  rules: AlarmRules,
): Promise<boolean> {
  const before = z.array(z.unknown()).parse(told); // those of newer versions stay as they are
  const causes = new Set(before.map((alarm) => Cause.safeParse(alarm).data?.cause));
  const news = findings.filter(({ cause }) => !causes.has(cause));
  const [row] =
    news.length === 0 ? [] : await tx.select().from(sessions).where(eq(sessions.id, watch.sessionId));
  if (row === undefined) return false;
  const { address, requester } = sessionOf(row);
  if (!rules.areTold(address)) return false;
  const mentions = (await isMuted(tx, address, requester.id, 'alarms')) ? [] : [requester.id];
  for (const finding of news) {
    const text = alarmText(watch, finding);
    const alarm = { watchId: watch.id, cause: finding.cause };
    await addMessage(tx, watch.sessionId, watch.exchange, { role: 'notice', text, mentions, alarm });
    if (!rules.wakeModel) continue;
    const operation = { kind: 'job_alarm' as const, watchId: watch.id, text };
    await insertOperation(tx, watch.sessionId, `job_alarm:${watch.id}:${finding.cause}`, operation);
  }
  const at = tx.clock.now();
  const alarms = [...before, ...news.map(({ cause }): Alarm => ({ cause, at }))];
  await tx.update(watches).set({ alarms }).where(eq(watches.id, watch.id));
  return true;
}

const Cause = z.object({ cause: z.string() });

export type Alarms = {
  /** Notes who has said that a job may run on although something is wrong with it. */
  letRun(watchId: string, cause: string, by: Person): Promise<{ ok: true } | { ok: false; reason: string }>;
};

type AlarmsDeps = { db: Db; render(sessionId: string): Promise<void> };

export const createAlarms = ({ db, render }: AlarmsDeps): Alarms => ({
  async letRun(watchId, cause, by) {
    const done = await db.transaction('letting a job run on', async (tx) => {
      const [row] = await tx.select().from(watches).where(eq(watches.id, watchId)).for('update');
      const alarms = z.array(z.unknown()).parse(row?.alarms ?? []);
      const known = alarms.map((alarm) => Alarm.safeParse(alarm).data);
      const told = known.find((alarm) => alarm?.cause === cause);
      if (row === undefined || told === undefined) return { ok: false as const, reason: NO_ALARM };
      if (told.letRunBy !== undefined) return { ok: false as const, reason: LET_RUN_ALREADY(told.letRunBy) };
      const { id, name } = by;
      const now = alarms.map((alarm, i) =>
        known[i]?.cause === cause ? { ...known[i], letRunBy: { id, name } } : alarm,
      );
      await tx.update(watches).set({ alarms: now }).where(eq(watches.id, watchId));
      await touch(tx, row.sessionId, row.exchange);
      return { ok: true as const, sessionId: row.sessionId };
    });
    if (!done.ok) return done;
    await render(done.sessionId);
    return { ok: true };
  },
});
