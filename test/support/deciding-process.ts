import { openStorage } from '../../src/db/storage.ts';
import type { Person } from '../../src/session/address.ts';
import { decisionsOf } from './second-approvals.ts';

/** A click on a call that needs two approvals, with who may give which. */
export type ApartClick = { callId: string; by: Person; approvers: string[]; second: string[] };

/*
 * A process of its own that decides as it is told by the process that started it: a click comes in as an
 * ApartClick, what came of it goes back. It says `ready` once, and ends when its parent does.
 */

const storage = await openStorage({ databaseUrl: process.argv[2], redisUrl: undefined, embedded: '' });

async function decide({ callId, by, approvers, second }: ApartClick): Promise<void> {
  const decisions = decisionsOf(storage.db, approvers, second);
  const calls = [{ toolCallId: callId, revision: 0 }];
  const sourceId = `${callId}:${by.id}`;
  process.send?.(await decisions.decide({ calls, verdict: 'approved', by, sourceId }));
}

// A decision that fails ends this process with its error, as nothing catches it, and the test says so.
process.on('message', (click: ApartClick) => void decide(click));
process.on('disconnect', () => process.exit());
process.send?.('ready');
