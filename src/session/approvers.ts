import type { Channel, Person } from './address.ts';

/** Everything that tells whether somebody may decide on a call. */
export type ApproverPolicy = {
  /** "requester", "thread" (whoever wrote in it), "anyone", platform user ids, or ids of user groups. */
  approvers: readonly string[];
  /** The approvers of a channel of its own; undefined where it has none. */
  ofChannel(place: Channel): Promise<readonly string[] | undefined>;
  /** Whether somebody is in a workspace's user group or role; not where that can't be found out. */
  isMember(place: Channel, group: string, person: string): Promise<boolean>;
};

/** Who may decide in a channel. */
export const approversIn = async (
  { approvers, ofChannel }: Pick<ApproverPolicy, 'approvers' | 'ofChannel'>,
  place: Channel,
): Promise<readonly string[]> => (await ofChannel(place)) ?? approvers;

/** Who is concerned with a session. */
export type Circle = { address: Channel; requester: Person; participants: readonly string[] };

/** Whether `by` is among `approvers`; the look-up of a group that fails is a no. */
export async function isAmong(
  { approvers, isMember }: Pick<ApproverPolicy, 'approvers' | 'isMember'>,
  { address, requester, participants }: Circle,
  by: Person,
): Promise<boolean> {
  if (approvers.includes('anyone') || approvers.includes(by.id)) return true;
  if (approvers.includes('requester') && by.id === requester.id) return true;
  if (approvers.includes('thread') && participants.includes(by.id)) return true;
  for (const group of approvers.filter((who) => !WORDS.has(who))) {
    if (await isMember(address, group, by.id)) return true;
  }
  return false;
}

/** How roles of Discord are written among approvers: `role:123`. */
export const ROLE = 'role:';

const WORDS: ReadonlySet<string> = new Set(['anyone', 'requester', 'thread']);

/** Said, in private, to somebody who may not decide. */
export function whoMay(approvers: readonly string[], requester: Person): string {
  const names = approvers.map((who) => {
    if (who === 'requester') return `${requester.name}, who asked for it,`;
    if (who === 'thread') return 'people who wrote in this thread';
    if (who.startsWith(ROLE)) return `members of <@&${who.slice(ROLE.length)}>`;
    return who.startsWith('S') ? `members of <!subteam^${who}>` : `<@${who}>`;
  });
  return `Only ${names.join(' or ')} may decide this. Nothing was changed.`;
}
