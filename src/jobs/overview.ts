import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import { later } from '../lib/clock.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Channel, Workspace } from '../session/address.ts';
import { runsOfChannel } from './channel-runs.ts';
import { type Compared, sideBySide } from './compare.ts';
import { type JobRow, jobRowOf } from './job-row.ts';

/** Ended jobs that are still listed. */
const RECENT_MS = 7 * 86_400_000;

/** Whether whoever looks may read what a job's thread says. */
export type MayRead = (row: Pick<JobRow, 'address' | 'requester'>) => Promise<boolean>;

/** What is known of followed jobs, across threads of one workspace. */
export type JobsOverview = {
  /**
   * The jobs followed in a workspace, as far as whoever looks may read of them: those that run, newest first,
   * then those that ended within a week.
   */
  list(place: Workspace, limit: number, mayRead: MayRead): Promise<JobRow[]>;
  /** A followed job; undefined where it is none of this workspace, or not for whoever looks. */
  find(place: Workspace, watchId: string, mayRead: MayRead): Promise<JobRow | undefined>;
  /** All runs of a channel, newest first; `isCut` where there are older ones than are looked at. */
  ofChannel(place: Channel, mayRead: MayRead): Promise<{ runs: JobRow[]; isCut: boolean }>;
  /** Runs of a channel side by side; undefined where fewer than two of them are there to be read. */
  compare(
    place: Channel,
    watchIds: readonly string[],
    mayRead: MayRead,
  ): Promise<Pick<Compared, 'text' | 'tables'> | undefined>;
};

/** Jobs that are read at once, and at most, to find those that somebody may read of. */
const PAGE = 50;
const MOST = 1_000;

/** A row that can't be read is left out of lists. */
export function createJobsOverview(db: Db, isolation: Isolation): JobsOverview {
  const rows = () => db.select().from(watches).innerJoin(sessions, eq(sessions.id, watches.sessionId));
  async function ofChannel(place: Channel, mayRead: MayRead): Promise<{ runs: JobRow[]; isCut: boolean }> {
    const { runs, isCut } = await runsOfChannel(db, isolation, place, { kind: 'asked' });
    const readable: JobRow[] = [];
    for (const row of runs) if (await mayRead(row)) readable.push(row);
    return { runs: readable, isCut };
  }
  return {
    async list(place, limit, mayRead) {
      const isRecent = or(isNull(watches.endedAt), gt(watches.endedAt, later(db.clock.now(), -RECENT_MS)));
      const readable: JobRow[] = [];
      for (let offset = 0; readable.length < limit && offset < MOST; offset += PAGE) {
        const found = await rows()
          .where(and(isIn(place), isRecent))
          .orderBy(sql`${watches.endedAt} is not null`, desc(watches.createdAt), watches.id)
          .limit(PAGE)
          .offset(offset);
        const page = isolation.readable(found, ({ watches: { id } }) => `watch ${id}`, jobRowOf);
        for (const row of page) if (await mayRead(row)) readable.push(row);
        if (found.length < PAGE) break;
      }
      return readable.slice(0, limit);
    },
    async find(place, watchId, mayRead) {
      const [found] = await rows().where(and(isIn(place), eq(watches.id, watchId)));
      const row = found && jobRowOf(found);
      return row && (await mayRead(row)) ? row : undefined;
    },
    ofChannel,
    async compare(place, watchIds, mayRead) {
      const { runs } = await ofChannel(place, mayRead);
      const wanted = watchIds.flatMap((id) => runs.find(({ watch }) => watch.id === id)?.watch ?? []);
      return wanted.length < 2 ? undefined : sideBySide(db, isolation, wanted);
    },
  };
}

const isIn = ({ platform, workspace }: Workspace) =>
  and(eq(sessions.platform, platform), eq(sessions.workspace, workspace));
