import { eq } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { signIns } from '../db/schema/access.ts';
import type { Encryption } from '../lib/encryption.ts';

/** What is kept of signing in to servers of other tools, encrypted in the record. */
export type SignIns = {
  of(server: string): { read(): Promise<string | undefined>; write(text: string): Promise<void> };
};

export function createSignIns(db: Db, encryption: Encryption): SignIns {
  const about = (server: string) => `sign-in/${server}`;
  return {
    of: (server) => ({
      async read() {
        const [row] = await db.select().from(signIns).where(eq(signIns.server, server));
        if (row === undefined) return undefined;
        try {
          return encryption.decrypt(row.encrypted, about(server));
        } catch (cause) {
          throw new Error(
            `what was kept for ${server} can't be read: is ENCRYPTION_KEY the one it was signed in with?`,
            { cause },
          );
        }
      },
      async write(text) {
        const encrypted = encryption.encrypt(text, about(server));
        await db
          .insert(signIns)
          .values({ server, encrypted })
          .onConflictDoUpdate({ target: signIns.server, set: { encrypted, updatedAt: db.clock.now() } });
      },
    }),
  };
}
