import {
  type Author,
  BASIC,
  BOT_ROLE,
  BOT_USER,
  GUILD,
  type Guild,
  LEADS,
  PEOPLE,
  personById,
  rawActiveThreads,
  rawChannels,
  rawMember,
  rawUser,
} from './guild.ts';

/** What a guild has not set up. */
const UNSET = {
  afk_channel_id: null,
  application_id: null,
  banner: null,
  description: null,
  discovery_splash: null,
  hub_type: null,
  incidents_data: null,
  public_updates_channel_id: null,
  rules_channel_id: null,
  safety_alerts_channel_id: null,
  splash: null,
  system_channel_id: null,
  vanity_url_code: null,
};

const role = (id: string, name: string, tags?: object) => ({
  id,
  name,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  position: 0,
  permissions: String(BASIC),
  managed: tags !== undefined,
  mentionable: false,
  flags: 0,
  ...(tags ? { tags } : {}),
});

export const rawRoles = (of: string): object[] => [
  role(of, '@everyone'),
  role(BOT_ROLE, 'ml-intern', { bot_id: BOT_USER.id }),
  role(LEADS, 'leads'),
];

/** Everybody in the guild, by their ids in order. */
export function rawMembers(guild: Guild): object[] {
  const people = Object.values(PEOPLE).map((person) => ({
    ...person,
    roles: [...person.roles, ...(guild.moreLeads.includes(person.id) ? [LEADS] : [])],
  }));
  const others = guild.moreLeads
    .filter((id) => personById(id) === undefined)
    .map((id) => ({ id, username: `lead${id.slice(-2)}`, global_name: null, roles: [LEADS] }));
  const bot = { ...BOT_USER, roles: [BOT_ROLE] };
  return [...people, ...others, bot]
    .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
    .map((one) => ({ user: rawUser(one), ...rawMember(one, guild.nicknames.get(one.id) ?? null) }));
}

/** A guild as GUILD_CREATE tells of it. */
export function rawGuild(guild: Guild, of = GUILD): object {
  const member = (user: Author & { roles?: readonly string[] }) => ({
    user: rawUser(user),
    ...rawMember(user, guild.nicknameOf(user)),
  });
  return {
    id: of,
    name: of === GUILD ? 'Double' : 'Second',
    icon: null,
    owner_id: PEOPLE.linus.id,
    features: [],
    emojis: [],
    stickers: [],
    premium_tier: guild.premiumTier,
    preferred_locale: 'en-US',
    nsfw_level: 0,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    mfa_level: 0,
    afk_timeout: 300,
    ...UNSET,
    system_channel_flags: 0,
    premium_progress_bar_enabled: false,
    joined_at: '2026-01-01T00:00:00.000000+00:00',
    large: false,
    unavailable: false,
    member_count: 4,
    roles: rawRoles(of),
    channels: rawChannels(guild).filter(({ guild_id }) => guild_id === of),
    threads: rawActiveThreads(guild, of),
    members: [member({ ...BOT_USER, roles: [BOT_ROLE] })],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
