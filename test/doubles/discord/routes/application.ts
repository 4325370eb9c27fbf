import { APPLICATION, BOT_USER, rawUser } from '../guild.ts';
import type { Body } from '../state.ts';
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
      // Bit 19: a bot in few guilds may read messages.
      body: {
        id: APPLICATION,
        name: BOT_USER.username,
        bot_public: double.isPublic,
        flags: double.gateway.allowsMessageContent ? 1 << 19 : 0,
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
        ...(command as Body),
        id: double.guild.nextId(),
        application_id: APPLICATION,
        version: '1',
        dm_permission: true,
      }));
      return { status: 200, body: double.commands };
    },
  ],
];

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
