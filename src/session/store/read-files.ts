import { and, eq } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { readFiles } from '../../db/schema/tools.ts';

/**
 * Which files of its sandbox a session has seen, by what was in them: kept in the record, so that a restart
 * or a shortened conversation forgets none. Paths are absolute, hashes SHA-256 in hexadecimal digits.
 */
export type ReadFiles = {
  /** What was in a file when the session last read or wrote it; undefined where it never did. */
  hashOf(sessionId: string, path: string): Promise<string | undefined>;
  note(sessionId: string, path: string, sha256: string): Promise<void>;
};

export function createReadFiles(db: Db): ReadFiles {
  return {
    async hashOf(sessionId, path) {
      const isIt = and(eq(readFiles.sessionId, sessionId), eq(readFiles.path, path));
      const [row] = await db.select({ sha256: readFiles.sha256 }).from(readFiles).where(isIt);
      return row?.sha256;
    },
    async note(sessionId, path, sha256) {
      const set = { sha256, readAt: db.clock.now() };
      await db
        .insert(readFiles)
        .values({ sessionId, path, ...set })
        .onConflictDoUpdate({ target: [readFiles.sessionId, readFiles.path], set });
    },
  };
}
