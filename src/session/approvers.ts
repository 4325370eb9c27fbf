import type { Person, ThreadAddress } from './address.ts';

type Place = Pick<ThreadAddress, 'platform' | 'workspace' | 'channel'>;

/** Everything that tells whether somebody may decide on a call. */
export type ApproverPolicy = {
  /** "requester", "thread" (whoever wrote in it), "anyone", platform user ids, or ids of user groups. */
  approvers: readonly string[];
  /** The approvers of a channel of its own; undefined where it has none. */
  ofChannel(place: Place): Promise<readonly string[] | undefined>;
  /** The members of a workspace's user group or role, by platform user id; none where it is not one. */
  membersOf(workspace: string, group: string): Promise<readonly string[]>;
};

/** Who may decide in a channel. */
export const approversIn = async (
  { approvers, ofChannel }: Pick<ApproverPolicy, 'approvers' | 'ofChannel'>,
  place: Place,
): Promise<readonly string[]> => (await ofChannel(place)) ?? approvers;

/** Who is concerned with a session. */
export type Circle = { workspace: string; requester: Person; participants: readonly string[] };

/** Whether `by` is among `approvers`; the look-up of a group that fails is a no. */
export async function isAmong(
  { approvers, membersOf }: Pick<ApproverPolicy, 'approvers' | 'membersOf'>,
  { workspace, requester, participants }: Circle,
  by: Person,
): Promise<boolean> {
  if (approvers.includes('anyone') || approvers.includes(by.id)) return true;
  if (approvers.includes('requester') && by.id === requester.id) return true;
  if (approvers.includes('thread') && participants.includes(by.id)) return true;
  for (const group of approvers.filter((who) => !WORDS.has(who))) {
    if ((await membersOf(workspace, group)).includes(by.id)) return true;
  }
  return false;
}

const WORDS: ReadonlySet<string> = new Set(['anyone', 'requester', 'thread']);

/** Said, in private, to somebody who may not decide. */
export function whoMay(approvers: readonly string[], requester: Person): string {
  const names = approvers.map((who) => {
    if (who === 'requester') return `${requester.name}, who asked for it,`;
    if (who === 'thread') return 'people who wrote in this thread';
    return who.startsWith('S') ? `members of <!subteam^${who}>` : `<@${who}>`;
  });
  return `Only ${names.join(' or ')} may decide this. Nothing was changed.`;
}
