import type { Db } from '../../db/database.ts';
import { installation } from '../../db/schema/maintenance.ts';

/** The name of this installation, the same for all of its processes; `made` is it where there is none yet. */
export async function installationId(db: Db, made: string): Promise<string> {
  await db.insert(installation).values({ id: made }).onConflictDoNothing();
  const [row] = await db.select({ id: installation.id }).from(installation);
  if (row === undefined) throw new Error('a row that was just inserted is not there');
  return row.id;
}
