import type { Standing } from '../access/rules.ts';
import type { Person, ThreadAddress } from '../session/address.ts';

export type { Standing };

/**
 * Somebody who writes or clicks, as a platform knows them. What has to be looked up is looked up when it is
 * asked. A platform leaves out what it does not know of people: then they are members who are in no group,
 * manage nothing, and read no thread but those they are in.
 */
export type Who = {
  id: string;
  /** Groups and roles that the platform names with whatever somebody does. */
  groups?: readonly string[];
  person(): Promise<Person>;
  /** In which time zone somebody is, by its name; undefined where that is not known. */
  timeZone?(): Promise<string | undefined>;
  /** How somebody belongs to the workspace. Throws where that can't be found out now. */
  standing?(): Promise<Standing>;
  /** Whether somebody manages the workspace by the platform's own rights. */
  isAdmin?(): Promise<boolean>;
  /** Whether somebody is in a group or has a role; not where that can't be found out. */
  isIn?(group: string): Promise<boolean>;
  /** Whether somebody can read a thread where it is; not where that can't be found out. */
  mayRead?(address: ThreadAddress): Promise<boolean>;
};

/**
 * Who is in what, where nobody is at hand whom the platform has just named: a decision names groups by their
 * ids. Left out by a platform that has no groups.
 */
export type Membership = {
  /** Whether somebody is in a workspace's user group or role; not where that can't be found out. */
  isMember?(workspace: string, group: string, person: string): Promise<boolean>;
  /**
   * The people in a user group or role (their ids), `most` and one more at most; undefined where that can't
   * be found out.
   */
  membersOf?(workspace: string, group: string, most: number): Promise<readonly string[] | undefined>;
  /** What somebody or a group is called ("Ada", "@leads"); undefined where that can't be found out. */
  nameOf?(workspace: string, who: string): Promise<string | undefined>;
};
