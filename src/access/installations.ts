import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { installations } from '../db/schema/access.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Ids } from '../lib/clock.ts';
import type { Encryption } from '../lib/encryption.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { insertOperation } from '../session/store/inbox.ts';

type Platform = ThreadAddress['platform'];

/** What the bot was given when it was installed in a workspace, tokens among it: encrypted in the record. */
export type Installations = {
  save(platform: Platform, workspace: string, text: string): Promise<void>;
  find(platform: Platform, workspace: string): Promise<string | undefined>;
  /** The workspaces that it is installed in, the oldest first. */
  workspaces(platform: Platform): Promise<readonly string[]>;
  /**
   * Forgets what it was given, and closes the workspace's sessions; returns theirs ids, which want a turn.
   */
  remove(platform: Platform, workspace: string): Promise<readonly string[]>;
};

export function createInstallations(db: Db, encryption: Encryption, ids: Ids): Installations {
  const at = (platform: Platform, workspace: string) =>
    and(eq(installations.platform, platform), eq(installations.workspace, workspace));

  return {
    async save(platform, workspace, text) {
      const encrypted = encryption.encrypt(text, `${platform}/${workspace}`);
      await db
        .insert(installations)
        .values({ platform, workspace, encrypted })
        .onConflictDoUpdate({
          target: [installations.platform, installations.workspace],
          set: { encrypted, updatedAt: db.clock.now() },
        });
    },
    async find(platform, workspace) {
      const [row] = await db.select().from(installations).where(at(platform, workspace));
      if (row === undefined) return undefined;
      try {
        return encryption.decrypt(row.encrypted, `${platform}/${workspace}`);
      } catch (cause) {
        throw new Error(
          `what the bot was given for ${platform} workspace ${workspace} can't be read: is ENCRYPTION_KEY the one it was installed with?`,
          { cause },
        );
      }
    },
    async workspaces(platform) {
      const rows = await db
        .select({ workspace: installations.workspace })
        .from(installations)
        .where(eq(installations.platform, platform))
        .orderBy(asc(installations.createdAt));
      return rows.map((row) => row.workspace);
    },
    remove: (platform, workspace) =>
      db.transaction(`the end of the installation in ${workspace}`, async (tx) => {
        await tx.delete(installations).where(at(platform, workspace));
        const open = await tx
          .select({ id: sessions.id })
          .from(sessions)
          .where(
            and(
              eq(sessions.platform, platform),
              eq(sessions.workspace, workspace),
              ne(sql`${sessions.state}->>'kind'`, 'closed'),
            ),
          );
        for (const { id } of open) {
          await insertOperation(tx, id, `${platform}:uninstalled:${ids.next('u')}`, {
            kind: 'shutdown',
            by: NOBODY,
          });
        }
        return open.map(({ id }) => id);
      }),
  };
}

/** Whoever took the bot out of a workspace: the platform does not say. */
const NOBODY: Person = { id: '', name: 'the end of its installation' };
