import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Standing } from '../../src/controller/people.ts';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { timeZoneNamed } from '../../src/lib/time-zones.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import type { Person } from '../../src/session/address.ts';

const User = z.object({
  user: z.object({
    name: z.string().nullish(),
    team_id: z.string().nullish(),
    is_restricted: z.boolean().nullish(),
    is_ultra_restricted: z.boolean().nullish(),
    is_stranger: z.boolean().nullish(),
    is_admin: z.boolean().nullish(),
    is_owner: z.boolean().nullish(),
    /** In an organisation: its workspaces that somebody is in, of which `team_id` is one. */
    enterprise_user: z
      .object({ teams: z.array(z.string()).nullish().catch(undefined) })
      .nullish()
      .catch(undefined),
    tz: z.string().nullish(),
    profile: z.object({ display_name: z.string().nullish(), real_name: z.string().nullish() }).nullish(),
  }),
});

const Members = z.object({ users: z.array(z.string()) });

/** Permissions that were taken away should not last. */
const GROUPS_KEPT_MS = 60 * 1000;

/** Waits before somebody is looked up once more. */
const RETRIES_MS = [100, 500, 1_000] as const;

const KEPT_MS = 60 * 60 * 1000;
const KEPT = 5_000;

/** Who a Slack user id is, by the name that people see; kept for an hour. */
export type People = {
  person(id: string): Promise<Person>;
  name(id: string): Promise<string>;
  /** The time zone of somebody's profile, by its name; undefined where that can't be found out. */
  timeZone(id: string): Promise<string | undefined>;
  /** What a channel and a user group are called; their ids where that can't be found out. */
  channelName(id: string): Promise<string>;
  groupName(id: string): Promise<string>;
  /** Whether somebody is of this workspace. Throws where that can't be found out now. */
  standing(id: string): Promise<Standing>;
  /** Whether somebody is an admin or owner of this workspace; not where that can't be found out. */
  isAdmin(id: string): Promise<boolean>;
  /**
   * The public and private channels that somebody is in together with the bot, as Slack has told within the
   * last `withinMs` (a minute by default); none where that can't be found out.
   */
  channelsOf(id: string, withinMs?: number): Promise<ReadonlySet<string>>;
  /**
   * The members of a user group; none for an id that is not one's. Undefined where the app may not read them,
   * or they can't be found out now.
   */
  membersOf(group: string): Promise<readonly string[] | undefined>;
};

export function createPeople(
  client: WebClient,
  teamId: string,
  { monotonic }: Pick<Clock, 'monotonic'>,
): People {
  const state: State = {
    client,
    teamId,
    monotonic,
    known: new Map(),
    groups: new Map(),
    channels: new Map(),
    names: new Map(),
  };
  // A look-up that fails costs the name, not the message.
  const name = async (id: string) => (await look(state, id))?.name ?? id;
  return {
    name,
    person: async (id) => ({ id, name: await name(id) }),
    timeZone: async (id) => (await look(state, id))?.timeZone,
    channelName: (id) => nameOf(state, id, channelNames),
    groupName: (id) => nameOf(state, id, groupNames),
    standing: (id) => standing(state, id),
    isAdmin: async (id) => (await look(state, id))?.isAdmin ?? false,
    channelsOf: (id, withinMs) => channelsOf(state, id, withinMs),
    membersOf: (group) => membersOf(state, group),
  };
}

type State = {
  client: WebClient;
  teamId: string;
  monotonic(): number;
  known: Map<string, Known>;
  groups: Map<string, { members: readonly string[]; until: number }>;
  /** `failedAt`: when Slack last could not say. */
  channels: Map<string, { ids: ReadonlySet<string>; at: number; failedAt?: number }>;
  /** Of channels and user groups; what could not be found out is not asked for again for a while. */
  names: Map<string, { name: string; until: number }>;
};

/** What something is called, kept for an hour. `find` asks Slack for names by id. */
async function nameOf(
  { client, monotonic, names }: State,
  id: string,
  find: (client: WebClient, id: string) => Promise<readonly (readonly [string, string])[]>,
): Promise<string> {
  refuseInTransaction(() => 'a look-up of a name of Slack’s');
  const kept = names.get(id);
  if (kept !== undefined && kept.until > monotonic()) return kept.name;
  if (names.size >= KEPT) names.clear();
  names.set(id, { name: kept?.name ?? id, until: monotonic() + GROUPS_KEPT_MS });
  for (const [one, name] of await find(client, id).catch(() => [])) {
    names.set(one, { name, until: monotonic() + KEPT_MS });
  }
  return names.get(id)?.name ?? id;
}

const Channel = z.object({ channel: z.object({ name: z.string() }) });

/** https://docs.slack.dev/reference/methods/conversations.info */
async function channelNames(client: WebClient, channel: string) {
  const { name } = Channel.parse(await client.apiCall('conversations.info', { channel })).channel;
  return [[channel, name] as const];
}

const Groups = z.object({ usergroups: z.array(z.object({ id: z.string(), handle: z.string() })) });

/** https://docs.slack.dev/reference/methods/usergroups.list: all of a workspace. */
async function groupNames(client: WebClient) {
  const { usergroups } = Groups.parse(await client.apiCall('usergroups.list', {}));
  return usergroups.map(({ id, handle }) => [id, handle] as const);
}

type Known = {
  name: string;
  standing: Standing;
  isAdmin: boolean;
  timeZone: string | undefined;
  until: number;
};

/** Undefined where somebody can't be looked up, and never was. */
async function look({ client, teamId, monotonic, known }: State, id: string): Promise<Known | undefined> {
  refuseInTransaction(() => 'a look-up of somebody on Slack');
  const kept = known.get(id);
  if (kept !== undefined && kept.until > monotonic()) return kept;
  const answer = await client.apiCall('users.info', { user: id }).catch(isUnseen);
  const keep = (entry: Known): Known => {
    if (known.size >= KEPT) known.clear();
    known.set(id, entry);
    return entry;
  };
  if (answer === true) {
    return keep({ ...UNSEEN, name: kept?.name ?? id, until: monotonic() + GROUPS_KEPT_MS });
  }
  const found = User.safeParse(answer);
  if (!found.success) return kept;
  const { profile, name: handle } = found.data.user;
  const shown = profile?.display_name || profile?.real_name || handle || id;
  const standing = standingOf(found.data, teamId);
  return keep({
    name: shown,
    standing,
    isAdmin: standing === 'member' && Boolean(found.data.user.is_admin || found.data.user.is_owner),
    // What Slack calls a zone may be none here: then none is known.
    timeZone: timeZoneNamed(found.data.user.tz ?? ''),
    until: monotonic() + KEPT_MS,
  });
}

/**
 * Whether Slack shows the app nobody by an id, for good: people of another workspace that shares a channel
 * may be such (https://docs.slack.dev/reference/methods/users.info#errors).
 */
const isUnseen = (error: unknown): boolean => {
  const code = Refused.safeParse(error).data?.data.error;
  return code === 'user_not_found' || code === 'user_not_visible';
};

const Refused = z.object({ data: z.object({ error: z.string() }) });

/** Who can't be seen is of no workspace that is known, and is trusted with nothing. */
const UNSEEN = { standing: 'stranger', isAdmin: false, timeZone: undefined } as const;

async function standing(state: State, id: string): Promise<Standing> {
  for (const wait of RETRIES_MS) {
    const found = await look(state, id);
    if (found !== undefined) return found.standing;
    await systemClock.sleep(wait);
  }
  throw new Error('who wrote this can not be looked up; it is taken when Slack delivers it again');
}

async function membersOf(
  { client, monotonic, groups }: State,
  group: string,
): Promise<readonly string[] | undefined> {
  refuseInTransaction(() => 'a look-up of a user group of Slack’s');
  if (!/^S[A-Z0-9]+$/.test(group)) return [];
  const kept = groups.get(group);
  if (kept !== undefined && kept.until > monotonic()) return kept.members;
  const answer = await client.apiCall('usergroups.users.list', { usergroup: group }).catch(() => undefined);
  const found = Members.safeParse(answer);
  if (!found.success) return undefined;
  groups.set(group, { members: found.data.users, until: monotonic() + GROUPS_KEPT_MS });
  return found.data.users;
}

async function channelsOf(
  { client, monotonic, channels }: State,
  id: string,
  withinMs: number = GROUPS_KEPT_MS,
): Promise<ReadonlySet<string>> {
  refuseInTransaction(() => 'a look-up of somebody’s channels on Slack');
  const kept = channels.get(id);
  const at = monotonic();
  if (kept !== undefined && at - kept.at < withinMs) return kept.ids;
  // A list of threads asks this of each: what fails is not tried as often as there are threads.
  if (kept?.failedAt !== undefined && at - kept.failedAt < FAILED_MS) return NO_CHANNELS;
  const ids = await channelsWith(client, id).catch(() => undefined);
  if (channels.size >= KEPT) channels.clear();
  const before = kept ?? { ids: NO_CHANNELS, at: -Infinity };
  channels.set(id, ids === undefined ? { ...before, failedAt: at } : { ids, at });
  return ids ?? NO_CHANNELS;
}

const FAILED_MS = 5_000;

const NO_CHANNELS: ReadonlySet<string> = new Set();

const Channels = z.object({
  channels: z.array(z.object({ id: z.string() })),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/** Pages of a thousand channels that are read of somebody's. */
const CHANNEL_PAGES = 10;

/**
 * https://docs.slack.dev/reference/methods/users.conversations: of channels that are not public those alone
 * that the bot is in, too.
 */
async function channelsWith(client: WebClient, user: string): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < CHANNEL_PAGES; page++) {
    const types = 'public_channel,private_channel';
    const asked = { user, types, limit: 999, ...(cursor ? { cursor } : {}) };
    const answer = Channels.parse(await client.apiCall('users.conversations', asked));
    for (const { id } of answer.channels) ids.add(id);
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return ids;
}

/**
 * https://docs.slack.dev/reference/objects/user-object: guests are restricted, strangers are of another
 * workspace.
 */
function standingOf({ user }: z.infer<typeof User>, teamId: string): Standing {
  const teams = [user.team_id, ...(user.enterprise_user?.teams ?? [])].filter(Boolean);
  const isOther = teams.length > 0 && !teams.includes(teamId) && !teamId.startsWith('E');
  if (user.is_stranger || isOther) return 'stranger';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}
