import { personById, rawActiveThreads, rawMember, rawUser } from '../guild.ts';
import type { Routes } from './route.ts';

/** Members of a guild, and its threads. */
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
  [
    /^GET \/guilds\/(\d+)\/threads\/active$/,
    ({ guild }, _request, id) => ({
      status: 200,
      body: { threads: rawActiveThreads(guild, id), members: [], has_more: false },
    }),
  ],
];
