import { eq, sql } from 'drizzle-orm';
import { signIns } from '../db/schema.ts';
import type { Seal } from '../ops/seal.ts';
import type { Tx } from './lease.ts';

/** What is kept of signing in to servers of other tools, sealed in the record. */
export type SignIns = {
  of(server: string): { read(): Promise<string | undefined>; write(text: string): Promise<void> };
};

export function createSignIns(db: Tx, seal: Seal): SignIns {
  const about = (server: string) => `sign-in/${server}`;
  return {
    of: (server) => ({
      async read() {
        const [row] = await db.select().from(signIns).where(eq(signIns.server, server));
        if (row === undefined) return undefined;
        try {
          return seal.open(row.sealed, about(server));
        } catch (cause) {
          throw new Error(
            `what was kept for ${server} can't be read: is ENCRYPTION_KEY the one it was signed in with?`,
            { cause },
          );
        }
      },
      async write(text) {
        const sealed = seal.close(text, about(server));
        await db
          .insert(signIns)
          .values({ server, sealed })
          .onConflictDoUpdate({ target: signIns.server, set: { sealed, updatedAt: sql`now()` } });
      },
    }),
  };
}
