import { APPLICATION, BOT_USER, PEOPLE, rawUser } from '../guild.ts';
import type { Body, DiscordState } from '../state.ts';
import type { Routes } from './route.ts';

/** Who the bot is, where its gateway is, and its commands. */
export const application: Routes = [
  [
    /^GET \/gateway\/bot$/,
    (double) => ({
      status: 200,
      body: {
        url: `${double.url.replace('http', 'ws')}/gateway`,
        shards: 1,
        session_start_limit: { total: 1000, remaining: 999, reset_after: 0, max_concurrency: 1 },
      },
    }),
  ],
  [
    /^GET \/applications\/@me$/,
    (double) => ({
      status: 200,
      body: {
        id: APPLICATION,
        name: BOT_USER.username,
        ...UNSET,
        bot_public: double.isPublic,
        flags: flagsOf(double),
        flags_new: String(flagsOf(double)),
      },
    }),
  ],
  [/^GET \/users\/@me$/, () => ({ status: 200, body: rawUser(BOT_USER) })],
  [
    /^GET \/applications\/\d+(?:\/guilds\/\d+)?\/commands$/,
    (double, { query }) => {
      const isWhole = query.get('with_localizations') === 'true';
      return { status: 200, body: isWhole ? double.commands : double.commands.map(withoutLocales) };
    },
  ],
  [
    /^PUT \/applications\/\d+(?:\/guilds\/\d+)?\/commands$/,
    (double, { body }) => {
      double.commandWrites++;
      double.commands = Object.values(body).map((command) => ({
        id: double.guild.nextId(),
        application_id: APPLICATION,
        version: '1',
        dm_permission: true,
        default_member_permissions: null,
        description: '',
        ...(command as Body),
      }));
      return { status: 200, body: double.commands };
    },
  ],
];

/** Bit 19: a bot in few guilds may read messages. */
const flagsOf = (double: DiscordState): number => (double.gateway.allowsMessageContent ? 1 << 19 : 0);

/** What the application has not set up. */
const UNSET = {
  icon: null,
  description: '',
  type: null,
  verify_key: '0'.repeat(64),
  redirect_uris: [],
  interactions_endpoint_url: null,
  role_connections_verification_url: null,
  owner: rawUser(PEOPLE.linus),
  approximate_guild_count: 1,
  approximate_user_install_count: 0,
  approximate_user_authorization_count: 0,
  explicit_content_filter: 0,
  team: null,
  eligible_oauth2_scopes: [],
};

/** Discord tells of translations only who asks for them. */
function withoutLocales(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withoutLocales);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .filter(([key]) => !key.endsWith('_localizations'))
      .map(([key, value]): [string, unknown] => [key, withoutLocales(value)]),
  );
}
