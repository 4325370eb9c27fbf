import type { Queries } from '../db/database.ts';
import type { Channel, Person } from '../session/address.ts';
import type { ChannelRules } from '../session/channel-rules.ts';
import type { Approver, Deciders } from '../session/deciders.ts';
import type { Mentions } from '../session/mentions.ts';
import type { Session } from '../session/snapshot.ts';
import { knownApprovers } from '../session/store/approver-names.ts';

/** Everything that tells whether somebody may decide on a call. */
export type ApproverPolicy = {
  /**
   * Who may decide in a channel for which people have set `rules`: "requester", "thread" (whoever wrote in
   * it), "anyone", platform user ids, or ids of user groups.
   */
  approversOf(place: Channel, rules: ChannelRules): readonly string[];
  /** Whether somebody is in a workspace's user group or role; not where that can't be found out. */
  isMember(place: Channel, group: string, person: string): Promise<boolean>;
  mentionsOf: MentionsOf;
};

export type MentionsOf = (platform: string) => Mentions;

/** Who is concerned with a session. */
export type Circle = { address: Channel; requester: Person; participants: readonly string[] };

/**
 * Whether somebody is in a group or role, as the platform has said; undefined where it has not been asked. In
 * what is no group there is nobody.
 */
export type Known = (place: Channel, who: string) => boolean | undefined;

/**
 * Whether `by` is among `approvers`. Pure: where that hangs on a group that is not known, it throws NotAsked.
 */
export function isAmong(
  approvers: readonly string[],
  { address, requester, participants }: Circle,
  by: Person,
  known: Known,
): boolean {
  if (approvers.includes('anyone') || approvers.includes(by.id)) return true;
  if (approvers.includes('requester') && by.id === requester.id) return true;
  if (approvers.includes('thread') && participants.includes(by.id)) return true;
  if (approvers.some((who) => known(address, who) === true)) return true;
  const open = approvers.filter((who) => known(address, who) === undefined);
  if (open.length > 0) throw new NotAsked(address, open);
  return false;
}

/**
 * Whom something waits for, and whom to call about it: those that are named, and of a group or role all where
 * they are few; the requester where they may decide themselves, or where nobody else can be called.
 */
export function whoDecides(
  approvers: readonly string[],
  requester: Pick<Person, 'id'>,
  { kindOf }: Pick<Mentions, 'kindOf'>,
  known: Readonly<Record<string, Approver>>,
): Deciders {
  const people = approvers.flatMap((who) =>
    kindOf(who) === 'person' ? [who] : (known[who]?.people ?? []).map(({ id }) => id),
  );
  const isRequesterToo = approvers.includes('requester') || people.length === 0;
  return {
    called: [...new Set([...(isRequesterToo ? [requester.id] : []), ...people])],
    approvers: [...approvers],
    known: Object.fromEntries(Object.entries(known).filter(([who]) => approvers.includes(who))),
  };
}

/** The same, with who they are as it was noted last. */
export const decidersIn = async (
  db: Queries,
  { mentionsOf }: { mentionsOf: MentionsOf },
  { address, requester }: Pick<Session, 'address' | 'requester'>,
  approvers: readonly string[],
): Promise<Deciders> =>
  whoDecides(
    approvers,
    requester,
    mentionsOf(address.platform),
    await knownApprovers(db, address, approvers),
  );

class NotAsked extends Error {
  readonly place: Channel;
  readonly groups: readonly string[];

  constructor(place: Channel, groups: readonly string[]) {
    super(`whether somebody is in ${groups.join(', ')} has not been asked`);
    this.place = place;
    this.groups = groups;
  }
}

/**
 * Runs `work`, which finds out inside a transaction what `by` may do, where a platform can't be asked. Where
 * it meets a group that is not known, the transaction is rolled back, the platform is asked, and `work`
 * starts over: so the rules that count are those of the moment of the decision.
 */
export async function knowingGroups<T>(
  { isMember, mentionsOf }: Pick<ApproverPolicy, 'isMember' | 'mentionsOf'>,
  by: Person,
  work: (known: Known) => Promise<T>,
): Promise<T> {
  const asked = new Map<string, boolean>();
  const keyOf = ({ platform, workspace }: Channel, group: string) =>
    JSON.stringify([platform, workspace, group]);
  for (;;) {
    try {
      return await work((place, who) => {
        const isGroup = mentionsOf(place.platform).kindOf(who) === 'group';
        return isGroup ? asked.get(keyOf(place, who)) : false;
      });
    } catch (error) {
      if (!(error instanceof NotAsked)) throw error;
      const { place, groups } = error;
      const found = await Promise.all(groups.map((group) => isMember(place, group, by.id)));
      for (const [i, group] of groups.entries()) asked.set(keyOf(place, group), found[i] ?? false);
    }
  }
}
