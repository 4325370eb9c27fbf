import { sessions } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Clock } from '../ops/clock.ts';
import { dollars } from '../ops/dollars.ts';
import type { Person, ThreadAddress } from './address.ts';
import { type ApproverPolicy, approversIn, isAmong } from './approvers.ts';
import { circleOf } from './decisions.ts';
import { isAt } from './place.ts';
import { readSnapshot } from './read-snapshot.ts';
import { changeSettings } from './record.ts';
import type { Settings, Yolo } from './settings.ts';

type YoloDeps = { db: Db; clock: Clock; policy: ApproverPolicy };

/**
 * Sets how much may be spent in a session without a click, for somebody who may approve. Returns what the thread is
 * told, of a refusal as well.
 */
export async function setYolo(
  { db, clock, policy }: YoloDeps,
  { address, author }: { address: ThreadAddress; author: Person },
  setting: 'on' | 'off' | 'show' | { usd: number },
): Promise<string> {
  const [row] = await db.select({ id: sessions.id }).from(sessions).where(isAt(address));
  const snapshot = row && (await readSnapshot(db, row.id, 'context'));
  if (snapshot === undefined) throw new Error('a session that was just found is not there');
  const { session } = snapshot;
  if (setting === 'show') return describe(session.settings, snapshot.autoApprovedUsd);
  const circle = await circleOf(db, session);
  const approvers = await approversIn(policy, address);
  if (setting !== 'off' && !(await isAmong({ ...policy, approvers }, circle, author))) {
    return `${author.name} may not approve calls here, and so can't switch approvals off. Nothing was changed.`;
  }
  const yolo = yoloOf(setting, author, clock.now());
  await changeSettings(db, session.id, { yolo });
  return describe({ yolo }, 0);
}

function yoloOf(setting: 'on' | 'off' | { usd: number }, by: Person, at: Date): Yolo {
  if (setting === 'off') return { kind: 'off' };
  return setting === 'on' ? { kind: 'on', by, at } : { kind: 'cap', usd: setting.usd, by, at };
}

function describe({ yolo }: Settings, usedUsd: number): string {
  const exceptions =
    'I still ask for scheduled jobs, where a price is not known, and where a budget would be passed.';
  switch (yolo.kind) {
    case 'off':
      return 'Auto-approval is off: I ask before anything that costs money.';
    case 'on':
      return `Auto-approval is on, without a cap (set by ${yolo.by.name}). ${exceptions}`;
    case 'cap':
      return `Auto-approval is on up to ${dollars(yolo.usd)} (set by ${yolo.by.name}; ${dollars(usedUsd)} of it is spent or reserved). ${exceptions}`;
    default:
      return yolo satisfies never;
  }
}
