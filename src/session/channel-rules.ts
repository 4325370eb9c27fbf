import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { Effort } from '../config/effort.ts';
import { channelRules } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import { type Channel, Person } from './address.ts';

/** What people have set for one channel, from the chat: it takes the place of what the config says for it. */
export const ChannelRules = z.object({
  model: z.string().min(1).optional(),
  effort: Effort.optional(),
  /** The only people who may use the bot there. */
  users: z.array(z.string()).min(1).optional(),
  approvers: z.array(z.string()).min(1).optional(),
  replies: z.enum(['all', 'mentions']).optional(),
  /** `quiet` threads show no steps and no drafts: plan, approvals, jobs and answers only. */
  verbosity: z.enum(['normal', 'quiet']).optional(),
  /** Of all sessions of the channel, in USD a UTC day. */
  dayUsd: z.number().nonnegative().optional(),
  /** For the agent. */
  instructions: z.string().max(3_000).optional(),
});
export type ChannelRules = z.infer<typeof ChannelRules>;

/** Rules, and who set them when; neither where nobody has. */
export type KnownRules = { rules: ChannelRules; changed: { by: Person; at: Date } | undefined };

export type ChannelRulesStore = {
  /** What holds now. While the record is away, what held when it was last read; throws where that was never. */
  of(place: Channel): Promise<KnownRules>;
  change(place: Channel, rules: ChannelRules, by: Person): Promise<void>;
};

/** How long what was read is taken to hold in this process. */
const KEPT_MS = 3_000;
const KEPT = 5_000;

export function createChannelRules(db: Db, now: () => Date): ChannelRulesStore {
  const known = new Map<string, KnownRules & { until: number }>();
  const keyOf = ({ platform, workspace, channel }: Channel) => JSON.stringify([platform, workspace, channel]);

  return {
    async of(place) {
      const key = keyOf(place);
      const kept = known.get(key);
      if (kept !== undefined && kept.until > now().getTime()) return kept;
      try {
        const read = await readRules(db, place);
        if (known.size >= KEPT) known.clear();
        known.set(key, { ...read, until: now().getTime() + KEPT_MS });
        return read;
      } catch (error) {
        if (kept === undefined) throw error;
        return kept;
      }
    },
    async change({ platform, workspace, channel }, rules, by) {
      const set = { rules, changedBy: by, updatedAt: sql`now()` };
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
