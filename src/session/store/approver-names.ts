import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Queries } from '../../db/database.ts';
import { approverNames } from '../../db/schema/access.ts';
import { Person, type Workspace } from '../address.ts';
import type { Approver } from '../deciders.ts';

const People = z.array(Person).nullable();

/** What the approvers of a workspace that are named by ids are called, as far as it was told. */
export async function knownApprovers(
  db: Queries,
  { platform, workspace }: Workspace,
  approvers: readonly string[],
): Promise<Record<string, Approver>> {
  if (approvers.length === 0) return {};
  const rows = await db
    .select({ who: approverNames.who, name: approverNames.name, people: approverNames.people })
    .from(approverNames)
    .where(
      and(
        eq(approverNames.platform, platform),
        eq(approverNames.workspace, workspace),
        inArray(approverNames.who, [...approvers]),
      ),
    );
  return Object.fromEntries(
    rows.map(({ who, name, people: kept }) => {
      const people = People.parse(kept);
      return [who, people === null ? { name } : { name, people }];
    }),
  );
}

/** Notes what an approver is called; of a group its people, where they are few. */
export async function noteApprover(
  db: Db,
  { platform, workspace }: Workspace,
  who: string,
  { name, people }: Approver,
): Promise<void> {
  await db.transaction(`noting who ${who} is`, async (tx) => {
    const values = { name, people: people ?? null, updatedAt: tx.clock.now() };
    await tx
      .insert(approverNames)
      .values({ platform, workspace, who, ...values })
      .onConflictDoUpdate({
        target: [approverNames.platform, approverNames.workspace, approverNames.who],
        set: values,
      });
  });
}
