import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createChannelRules } from '../../src/access/channel-rules.ts';
import { mentionsOn } from '../../src/app/mentions.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import type { ApproverPolicy } from '../../src/approvals/approvers.ts';
import { createDecisions } from '../../src/approvals/decisions.ts';
import { operations } from '../../src/db/schema/inbox.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import { findToolCall } from '../../src/session/store/read-snapshot.ts';
import { ISOLATION } from '../support/isolation.ts';
import { openCall } from '../support/open-call.ts';
import { ADA } from '../support/snapshots.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

const GRACE = { id: 'U0GRACE', name: 'Grace' };

/**
 * A policy of the config alone, whose platform knows the members of groups and can't be asked inside a
 * transaction.
 */
function policyOf(
  members: Record<string, string[]>,
  whileAsked: (group: string) => Promise<void> = async () => {},
) {
  const asked: string[] = [];
  const policy: ApproverPolicy = {
    approversOf: (_place, rules) => rules.approvers ?? ['S1'],
    mentionsOf: mentionsOn(PLATFORMS),
    async isMember(_place, group, person) {
      refuseInTransaction(() => 'a look-up of members');
      asked.push(group);
      await whileAsked(group);
      return members[group]?.includes(person) ?? false;
    },
  };
  return { policy, asked };
}

const common = (policy: ApproverPolicy) => ({
  db: storage.db,
  clock: systemClock,
  policy,
  wake: async () => true,
  render: async () => {},
});

const decisionsBy = (policy: ApproverPolicy) =>
  createDecisions({
    ...common(policy),
    second: { aboveUsd: undefined, approvers: [] },
    budgets: { approvers: [] },
  });

const approve = (id: string) => ({
  calls: [{ toolCallId: id, revision: 0 }],
  verdict: 'approved' as const,
  by: GRACE,
  sourceId: `click:${id}`,
});
const kindOf = async (id: string) => (await findToolCall(storage.db, id))?.state.kind;

test('a member of a group that may approve is asked for outside of the transaction, and approves', async () => {
  const { policy, asked } = policyOf({ S1: [GRACE.id] });
  const { id } = await openCall(storage.db, 1);
  expect(await decisionsBy(policy).decide(approve(id))).toEqual({ ok: true });
  expect(await kindOf(id)).toBe('approved');
  expect(asked).toEqual(['S1']);
});

test('who may is what the channel says at the moment of the decision, not when the platform was asked', async () => {
  const { id, address } = await openCall(storage.db, 1);
  const rules = createChannelRules(storage.db);
  const { policy, asked } = policyOf({ S1: [GRACE.id] }, async (group) => {
    if (group === 'S1') await rules.change(address, { approvers: ['S2'] }, ADA);
  });
  const refused = await decisionsBy(policy).decide(approve(id));
  expect(refused).toMatchObject({ ok: false, reason: expect.stringContaining('<!subteam^S2>') });
  expect(await kindOf(id)).toBe('awaiting_approval');
  expect(asked).toEqual(['S1', 'S2']);
});

test('a platform that does not answer is a no, and the record goes on meanwhile', async () => {
  const { id } = await openCall(storage.db, 1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const { policy } = policyOf({}, () => promise);
  const deciding = decisionsBy(policy).decide(approve(id));
  expect(await storage.db.$count(sessions)).toBeGreaterThan(0); // the embedded record has one connection
  resolve();
  expect(await deciding).toMatchObject({ ok: false });
  expect(await kindOf(id)).toBe('awaiting_approval');
});

test('whether somebody may go on past a budget is asked outside of the transaction, too', async () => {
  const { address } = await openCall(storage.db, 1);
  const failure = { message: 'too much', retryable: true, isOverBudget: true };
  await storage.db
    .update(sessions)
    .set({ state: { kind: 'failed', failure } })
    .where(eq(sessions.thread, address.thread));
  const { policy, asked } = policyOf({ S9: [GRACE.id] });
  const intake = createIntake({
    ...common(policy),
    ids: randomIds,
    isolation: ISOLATION,
    decisions: { decideOpen: async () => '', whoseToDecide: async () => ({ kind: 'nothing' as const }) },
    budgetApprovers: ['S9'],
    budgetGroups: [],
    timeZone: 'UTC',
    maxMessageCharacters: 1_000,
    delayed: () => {},
  });
  await intake.operate(address, { kind: 'resume', by: GRACE }, `resume:${address.thread}`);
  const [row] = await storage.db
    .select()
    .from(operations)
    .where(eq(operations.sourceId, `resume:${address.thread}`));
  expect(row?.body).toMatchObject({ mayPassBudgets: true });
  await intake.message({ address, sourceId: 'said', text: 'retry', author: GRACE, messageId: '1.1' });
  expect(asked).toEqual(['S9', 'S9']);
});
