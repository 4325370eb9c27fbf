import { eq } from 'drizzle-orm';
import type { ApproverPolicy, Known } from '../approvals/approvers.ts';
import { isOneOf, type Scene, sceneIn } from '../approvals/scene.ts';
import type { Tx } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Ids } from '../lib/clock.ts';
import { type Person, type Requester, type ThreadAddress, unbegunThread } from '../session/address.ts';
import type { Snapshot } from '../session/snapshot.ts';
import { readSnapshot } from '../session/store/read-snapshot.ts';
import { addMessage } from '../session/store/record.ts';
import {
  historyText,
  MAY_NOT_BRANCH,
  NO_THREADS_HERE,
  NOTHING_TO_BRANCH,
  openerText,
  PRIVATE_THREAD,
  titleOf,
} from '../thread/words/branch.ts';

/** The session that goes on from another one; or why there is none, for people. */
export type Branched = { ok: true; sessionId: string } | { ok: false; reason: string };

/**
 * Begins a session that goes on from another one, for somebody who may, with what was said there and none of
 * its rights. Its thread is begun by whoever renders it (`thread/delivery/begin-thread.ts`). What `known`
 * tells: see `knowingGroups`.
 */
export async function branchOff(
  tx: Tx,
  { ids }: { ids: Ids },
  sessionId: string,
  by: Requester,
  known: Known,
): Promise<Branched> {
  const scene = await sceneIn(tx, sessionId, by, known);
  const snapshot = await readSnapshot(tx, sessionId);
  if (scene === undefined || snapshot === undefined) throw new Error(`session ${sessionId} has vanished`);
  const reason = await refusalOf(tx, scene, snapshot);
  if (reason !== undefined) return { ok: false, reason };
  const { address, settings } = snapshot.session;
  const id = ids.next('s');
  const { model, effort } = settings;
  await tx.insert(sessions).values({
    id,
    ...address,
    thread: unbegunThread(id),
    requester: by,
    state: { kind: 'idle' },
    settings: {
      ...(model === undefined ? {} : { model }),
      ...(effort === undefined ? {} : { effort }),
      title: titleOf(snapshot),
      branch: { from: sessionId, opener: openerText(snapshot, by) },
    },
  });
  const text = historyText(snapshot, by);
  await addMessage(tx, id, 0, { role: 'note', text, isBackground: true });
  return { ok: true, sessionId: id };
}

async function refusalOf(tx: Tx, scene: Scene, { session, messages }: Snapshot): Promise<string | undefined> {
  const { address, rules } = session;
  if (rules.users !== undefined && !isOneOf(scene, rules.users)) return MAY_NOT_BRANCH;
  if (address.thread === address.channel) return NO_THREADS_HERE;
  const [row] = await tx
    .select({ isPrivate: sessions.isPrivate })
    .from(sessions)
    .where(eq(sessions.id, session.id));
  if (row?.isPrivate !== false) return PRIVATE_THREAD;
  return messages.some(({ entry }) => entry.role === 'user') ? undefined : NOTHING_TO_BRANCH;
}

/** Somebody with the groups that budgets name. The platform is asked only where there are any. */
export async function withGroups(
  { policy, budgetGroups }: { policy: ApproverPolicy; budgetGroups: readonly string[] },
  address: ThreadAddress,
  person: Person,
): Promise<Requester> {
  if (budgetGroups.length === 0) return person;
  const isIn = await Promise.all(budgetGroups.map((group) => policy.isMember(address, group, person.id)));
  return { ...person, groups: budgetGroups.filter((_group, i) => isIn[i]) };
}
