import { and, eq } from 'drizzle-orm';
import type { Queries, Tx } from '../db/database.ts';
import { mutes } from '../db/schema/jobs.ts';
import type { Person, Workspace } from '../session/address.ts';
import { muteText } from '../thread/words/mutes.ts';

/** What people can ask not to be called by; the message is there nevertheless. */
export type MuteKind = 'alarms' | 'digests';

export type MuteOrder = { kind: MuteKind; isMuted: boolean };

/** What a message such as `mute alarms` or `unmute digests` asks for; undefined for any other. */
export function muteOrderOf(text: string): MuteOrder | undefined {
  const [, verb, what = ''] = SAID.exec(text.trim().replace(/(?<![.!])[.!]+$/, '')) ?? [];
  if (verb === undefined) return undefined;
  return { kind: /^alarm/i.test(what) ? 'alarms' : 'digests', isMuted: verb.toLowerCase() === 'mute' };
}

const SAID =
  /^(mute|unmute) (?:(?:the |my |job )?(alarms?)|(?:the |my |daily |weekly |morning )?(digests?|notes?))$/i;

/** Notes for somebody on their workspace what they are not called by. Returns what their thread is told. */
export async function orderMute(tx: Tx, place: Workspace, by: Person, order: MuteOrder): Promise<string> {
  const { platform, workspace } = place;
  if (order.isMuted) {
    await tx
      .insert(mutes)
      .values({ platform, workspace, person: by.id, kind: order.kind })
      .onConflictDoNothing();
  } else {
    await tx.delete(mutes).where(isOf(place, by.id, order.kind));
  }
  return muteText(by, order);
}

/** Whether somebody does not want to be called by messages of a kind. */
export async function isMuted(
  db: Queries,
  place: Workspace,
  person: string,
  kind: MuteKind,
): Promise<boolean> {
  const rows = await db
    .select({ kind: mutes.kind })
    .from(mutes)
    .where(isOf(place, person, kind));
  return rows.length > 0;
}

const isOf = ({ platform, workspace }: Workspace, person: string, kind: MuteKind) =>
  and(
    eq(mutes.platform, platform),
    eq(mutes.workspace, workspace),
    eq(mutes.person, person),
    eq(mutes.kind, kind),
  );
