import { eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { ComparedRun } from '../session/experiments/comparison.ts';
import { eachNamed, type Named, runsNamed } from '../session/experiments/names.ts';
import { sessionOf, toolCallOf } from '../session/store/rows.ts';
import type { Table } from '../session/tables.ts';
import { effectiveArguments } from '../session/tool-calls.ts';
import { jobName, type Watch } from '../session/watches.ts';
import { comparisonText, lossesAlt, lossesTitle } from '../thread/words/comparison.ts';
import { runsOfChannel } from './channel-runs.ts';
import type { JobRow } from './job-row.ts';

/** Runs side by side: in a sentence, in tables, and with their losses in one picture where they have any. */
export type Compared = {
  text: string;
  tables: Table[];
  picture: { title: string; bytes: Uint8Array; alt: string } | undefined;
};

/** Comparisons of the runs of a thread's channel: no others are known to it, and no private threads'. */
export type RunComparisons = {
  /** The runs that a text names, as somebody wrote it. */
  named(place: ThreadAddress, text: string): Promise<Named<JobRow>>;
  /** The same by the names themselves, in the channel of a session. */
  ofSession(sessionId: string, names: readonly string[]): Promise<Named<JobRow>>;
  compareIn(sessionId: string, watchIds: readonly string[]): Promise<Compared | undefined>;
  /** Undefined where fewer than two of them are runs of this channel. */
  compare(place: ThreadAddress, watchIds: readonly string[]): Promise<Compared | undefined>;
};

export function createRunComparisons(db: Db, isolation: Isolation): RunComparisons {
  const all = async (place: ThreadAddress) =>
    (await runsOfChannel(db, isolation, place, { kind: 'thread', thread: place.thread })).runs;
  async function compare(place: ThreadAddress, watchIds: readonly string[]): Promise<Compared | undefined> {
    const runs = await all(place);
    const wanted = watchIds.flatMap((id) => runs.find(({ watch }) => watch.id === id)?.watch ?? []);
    if (wanted.length < 2) return undefined;
    return { ...(await sideBySide(db, isolation, wanted)), picture: await pictureOf(wanted) };
  }
  const addressOf = async (sessionId: string) => {
    const [row] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
    return row && sessionOf(row).address;
  };
  return {
    compare,
    named: async (place, text) => runsNamed(text, await all(place)),
    async ofSession(sessionId, names) {
      const address = await addressOf(sessionId);
      return address === undefined ? { kind: 'none' } : eachNamed(names, await all(address));
    },
    async compareIn(sessionId, watchIds) {
      const address = await addressOf(sessionId);
      return address && compare(address, watchIds);
    },
  };
}

/** Runs in a sentence and in tables. */
export const sideBySide = async (
  db: Db,
  isolation: Isolation,
  runs: readonly Watch[],
): Promise<Pick<Compared, 'text' | 'tables'>> => comparisonText(await withCalls(db, isolation, runs));

/** Each with the arguments that it was started with, as people approved them. */
async function withCalls(db: Db, isolation: Isolation, runs: readonly Watch[]): Promise<ComparedRun[]> {
  const ids = runs.flatMap(({ toolCallId }) => toolCallId ?? []);
  const rows = ids.length === 0 ? [] : await db.select().from(toolCalls).where(inArray(toolCalls.id, ids));
  const calls = isolation.readable(rows, ({ id }) => `call ${id}`, toolCallOf);
  return runs.map((watch) => {
    const call = calls.find(({ id }) => id === watch.toolCallId);
    return { watch, calledWith: call && effectiveArguments(call) };
  });
}

/** Fewer values are better read than drawn. */
const LEAST_LOSSES = 6;

async function pictureOf(runs: readonly Watch[]): Promise<Compared['picture']> {
  const drawn = runs.filter(({ snapshot }) => (snapshot.progress?.losses.length ?? 0) >= LEAST_LOSSES);
  if (drawn.length < 2) return undefined;
  const { lossCurves } = await import('./curve.ts'); // half a second of loading, for few sessions
  const title = lossesTitle(drawn);
  const curves = drawn.flatMap(({ name, snapshot: { progress } }) =>
    progress === undefined ? [] : [{ name: jobName({ name }), progress }],
  );
  return { title, bytes: await lossCurves('Losses', curves), alt: lossesAlt(drawn) };
}
