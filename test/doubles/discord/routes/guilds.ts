import { z } from 'zod';
import { personById, rawActiveThreads, rawMember, rawUser } from '../guild.ts';
import { rawMembers, rawRoles } from '../raw-guild.ts';
import type { Routes } from './route.ts';

const idOf = (member: object): string =>
  z.object({ user: z.object({ id: z.string() }) }).parse(member).user.id;

/** Members of a guild, its roles and its threads. */
export const guilds: Routes = [
  [
    /^GET \/guilds\/\d+\/members\/(\d+)$/,
    ({ guild }, _request, id = '') => {
      const person = personById(id);
      return person
        ? { status: 200, body: { user: rawUser(person), ...rawMember(person, guild.nicknameOf(person)) } }
        : { status: 404, body: { message: 'Unknown Member', code: 10_007 } };
    },
  ],
  // https://docs.discord.com/developers/resources/guild#list-guild-members: restricted by the intent.
  [
    /^GET \/guilds\/\d+\/members$/,
    ({ guild }, { query }) => {
      if (!guild.listsMembers) return { status: 403, body: { message: 'Missing Access', code: 50_001 } };
      const [limit, after] = [Number(query.get('limit') ?? 1), BigInt(query.get('after') ?? 0)];
      if (!(limit >= 1 && limit <= 1_000))
        return { status: 400, body: { message: 'Invalid Form Body', code: 50_035 } };
      const rest = rawMembers(guild).filter((member) => BigInt(idOf(member)) > after);
      return { status: 200, body: rest.slice(0, limit) };
    },
  ],
  [/^GET \/guilds\/(\d+)\/roles$/, (_double, _request, id = '') => ({ status: 200, body: rawRoles(id) })],
  [
    /^GET \/guilds\/(\d+)\/threads\/active$/,
    ({ guild }, _request, id) => ({
      status: 200,
      body: { threads: rawActiveThreads(guild, id), members: [], has_more: false },
    }),
  ],
];
