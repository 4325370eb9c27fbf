import { BOT, kindsNamed, OTHERS, PEOPLE, ZONES } from '../workspace.ts';
import type { Methods } from './method.ts';

/** Who the app is, and who the people are. */
export const users: Methods = {
  'auth.test': () => ({
    ok: true,
    url: 'https://double.slack.com/',
    team: 'Double',
    user: 'ml-intern',
    ...BOT,
  }),

  'users.info'({ workspace }, { user }) {
    const name = PEOPLE[String(user)];
    if (name === undefined) return { ok: false, error: 'user_not_found' };
    return {
      ok: true,
      user: {
        id: user,
        team_id: BOT.team_id,
        name: name.toLowerCase(),
        profile: { display_name: workspace.displayNames.get(String(user)) ?? name, real_name: name },
        ...zoneOf(ZONES[String(user)] ?? 'America/Los_Angeles'),
        is_restricted: false,
        is_ultra_restricted: false,
        ...OTHERS[String(user)],
      },
    };
  },

  // Of channels that are not public, those that the bot is in, too: here those are all. What is not among the
  // types that are asked for is left out; https://docs.slack.dev/reference/methods/users.conversations.
  'users.conversations'({ workspace }, { user, types = 'public_channel' }) {
    const asked = kindsNamed(String(types));
    const channels = [...workspace.channels]
      .filter((id) => asked.includes(workspace.kindOf(id)) && workspace.isIn(String(user), id))
      .map((id) => ({ id }));
    return { ok: true, channels, response_metadata: { next_cursor: '' } };
  },

  // https://docs.slack.dev/reference/methods/usergroups.list
  'usergroups.list': ({ workspace }) => ({
    ok: true,
    usergroups: [...workspace.groups.keys()].map((id) => ({
      id,
      is_usergroup: true,
      name: id.slice(2).toLowerCase(),
      handle: id.slice(2).toLowerCase(),
    })),
  }),

  'usergroups.users.list'({ workspace }, { usergroup }) {
    const users = workspace.groups.get(String(usergroup));
    return users ? { ok: true, users } : { ok: false, error: 'no_such_subteam' };
  },
};

/** As https://docs.slack.dev/reference/objects/user-object has it: the offset in seconds, as it is now. */
function zoneOf(tz: string) {
  const part = (timeZoneName: 'long' | 'longOffset') =>
    new Intl.DateTimeFormat('en', { timeZone: tz, timeZoneName })
      .formatToParts()
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /([+-])(\d{2}):(\d{2})/.exec(part('longOffset')) ?? [];
  const seconds = Number(hours ?? 0) * 3_600 + Number(minutes ?? 0) * 60;
  return { tz, tz_label: part('long'), tz_offset: sign === '-' ? -seconds : seconds };
}
