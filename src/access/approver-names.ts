import type { Db } from '../db/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Channel, Workspace } from '../session/address.ts';
import { type Approver, MOST_CALLED } from '../session/deciders.ts';
import type { Mentions } from '../session/mentions.ts';
import { noteApprover } from '../session/store/approver-names.ts';

/** What a platform tells of people and groups. Undefined where that can't be found out. */
type Directory = {
  nameOf(place: Workspace, who: string): Promise<string | undefined>;
  /** The people in a group or role, `most` and one more at most (platform ids). */
  membersOf(place: Workspace, group: string, most: number): Promise<readonly string[] | undefined>;
};

export type ApproverNames = {
  /** Never rejects, and keeps nobody waiting for long: what is not known by then is noted later. */
  note(place: Channel): Promise<void>;
};

type Deps = {
  db: Db;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
  log: Logger;
  directory: Directory;
  mentionsOf(platform: string): Mentions;
  /** Everybody who may decide something in a channel, as the config names them. */
  approversIn(place: Channel): Promise<readonly string[]>;
};

/** Who is in a group may change: it is asked again after so long, once somebody writes. */
const KEPT_MS = 10 * 60_000;

/** Before what could not be found out is asked for again. */
const SOON_MS = 60_000;

const KEPT = 5_000;

/** So long a message waits at most for who decides about what it may come to. */
const WAIT_MS = 1_000;

/**
 * Notes who the approvers of a channel are while people write there: a process that runs turns has no
 * connection to the platform, and whom to call is found out within a transaction. What can't be found out
 * now stays as it was noted.
 */
export function createApproverNames(deps: Deps): ApproverNames {
  const known = new Map<string, number>();
  return {
    async note(place) {
      const waited = new AbortController();
      const noted = noteAll(deps, known, place).catch((error: unknown) => {
        deps.log.warn({ err: error, ...place }, 'it could not be noted who approves here');
      });
      await Promise.race([noted, deps.clock.sleep(WAIT_MS, waited.signal).catch(() => {})]);
      waited.abort();
    },
  };
}

/** `known` has until when what is noted of somebody will do. */
async function noteAll(deps: Deps, known: Map<string, number>, place: Channel): Promise<void> {
  const { clock, mentionsOf, approversIn } = deps;
  const { kindOf } = mentionsOf(place.platform);
  const now = clock.monotonic();
  const due = [...new Set(await approversIn(place))].filter((who) => {
    const until = known.get(keyOf(place, who));
    return kindOf(who) !== undefined && (until === undefined || until <= now);
  });
  if (known.size + due.length >= KEPT) known.clear();
  for (const who of due) known.set(keyOf(place, who), now + SOON_MS);
  await Promise.all(
    due.map(async (who) => {
      const found = await approverOf(deps, place, who, kindOf(who) === 'group');
      if (found === undefined) return;
      await noteApprover(deps.db, place, who, found);
      known.set(keyOf(place, who), now + KEPT_MS);
    }),
  );
}

const keyOf = ({ platform, workspace }: Workspace, who: string): string =>
  JSON.stringify([platform, workspace, who]);

async function approverOf(
  { directory }: Deps,
  place: Workspace,
  who: string,
  isGroup: boolean,
): Promise<Approver | undefined> {
  const name = await directory.nameOf(place, who);
  if (!isGroup) return name === undefined ? undefined : { name };
  const ids = await directory.membersOf(place, who, MOST_CALLED);
  if (name === undefined || ids === undefined) return undefined;
  const called = { name: `members of ${name}` };
  if (ids.length > MOST_CALLED) return called;
  const people = ids.map(async (id) => ({ id, name: (await directory.nameOf(place, id)) ?? id }));
  return { name, people: await Promise.all(people) };
}
