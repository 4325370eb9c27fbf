import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { channelRules } from '../db/schema/access.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import { type Channel, Person } from '../session/address.ts';
import { ChannelRules, type KnownRules } from '../session/channel-rules.ts';

export type ChannelRulesStore = {
  /**
   * What holds now. While the record is away, what held when it was last read; throws where that was never.
   */
  of(place: Channel): Promise<KnownRules>;
  change(place: Channel, rules: ChannelRules, by: Person): Promise<void>;
};

/** How long what was read is taken to hold in this process. */
const KEPT_MS = 3_000;
const KEPT = 5_000;

export function createChannelRules(db: Db): ChannelRulesStore {
  const { monotonic } = db.clock;
  const known = new Map<string, KnownRules & { until: number }>();
  const keyOf = ({ platform, workspace, channel }: Channel) => JSON.stringify([platform, workspace, channel]);

  return {
    async of(place) {
      refuseInTransaction(() => 'a look-up of a channel’s rules');
      const key = keyOf(place);
      const kept = known.get(key);
      if (kept !== undefined && kept.until > monotonic()) return kept;
      try {
        const read = await readRules(db, place);
        if (known.size >= KEPT) known.clear();
        known.set(key, { ...read, until: monotonic() + KEPT_MS });
        return read;
      } catch (error) {
        if (kept === undefined) throw error;
        return kept;
      }
    },
    async change({ platform, workspace, channel }, rules, by) {
      const set = { rules, changedBy: by, updatedAt: db.clock.now() };
      await db
        .insert(channelRules)
        .values({ platform, workspace, channel, ...set })
        .onConflictDoUpdate({
          target: [channelRules.platform, channelRules.workspace, channelRules.channel],
          set,
        });
      known.delete(keyOf({ platform, workspace, channel }));
    },
  };
}

async function readRules(db: Db, { platform, workspace, channel }: Channel): Promise<KnownRules> {
  const [row] = await db
    .select()
    .from(channelRules)
    .where(
      and(
        eq(channelRules.platform, platform),
        eq(channelRules.workspace, workspace),
        eq(channelRules.channel, channel),
      ),
    );
  if (row === undefined) return { rules: {}, changed: undefined };
  const changed = { by: Person.parse(row.changedBy), at: row.updatedAt };
  return { rules: ChannelRules.parse(row.rules), changed };
}
