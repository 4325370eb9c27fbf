import { MessageFlags } from 'discord-api-types/v10';
import { CHANNELS, PEOPLE, rawChannel, rawThread } from '../guild.ts';
import { invalid, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE } from '../problems.ts';
import { type Component, problemOf } from '../rules.ts';
import type { Routes } from './route.ts';

/** Channels, direct messages and threads. */
export const channels: Routes = [
  [
    /^POST \/users\/@me\/channels$/,
    (double, { body }) =>
      body.recipient_id === PEOPLE.ada.id
        ? { status: 200, body: rawChannel(CHANNELS.direct, double.guild) }
        : { status: 403, body: { message: 'Cannot send messages to this user', code: 50_007 } },
  ],
  [
    /^GET \/channels\/(\d+)$/,
    (double, _request, id = '') => {
      const channel = rawChannel(id, double.guild);
      return channel ? { status: 200, body: channel } : UNKNOWN_CHANNEL;
    },
  ],
  [
    /^PATCH \/channels\/(\d+)$/,
    (double, { body }, id = '') => {
      const thread = double.guild.threads.get(id);
      if (thread === undefined) return UNKNOWN_CHANNEL;
      const { name, archived } = body as { name?: string; archived?: boolean };
      double.moveThread(id, {
        ...(name === undefined ? {} : { name }),
        ...(archived === undefined ? {} : { archived }),
      });
      return { status: 200, body: rawThread(thread) };
    },
  ],
  // https://docs.discord.com/developers/resources/channel#trigger-typing-indicator
  [
    /^POST \/channels\/(\d+)\/typing$/,
    (double, _request, id = '') => {
      if (rawChannel(id, double.guild) === undefined) return UNKNOWN_CHANNEL;
      double.typing.set(id, Date.now());
      return { status: 204, body: undefined };
    },
  ],
  [
    /^GET \/channels\/(\d+)\/thread-members\/(\d+)$/,
    ({ guild }, _request, id = '', user = '') => {
      const members = guild.threads.get(id)?.members ?? [];
      const joined = { join_timestamp: '2026-01-01T00:00:00.000000+00:00', flags: 0 };
      return members.includes(user)
        ? { status: 200, body: { id, user_id: user, ...joined } }
        : { status: 404, body: { message: 'Unknown Member', code: 10_007 } };
    },
  ],
  [
    /^POST \/channels\/(\d+)\/messages\/(\d+)\/threads$/,
    (double, { body }, channel = '', id = '') => {
      if (channel === CHANNELS.closed)
        return { status: 403, body: { message: 'Missing Permissions', code: 50_013 } };
      if (double.guild.threads.has(id)) {
        const message = 'A thread has already been created for this message';
        return { status: 400, body: { message, code: 160_004 } };
      }
      if (double.guild.messages.get(id)?.channel_id !== channel) return UNKNOWN_MESSAGE;
      const name = String(body.name);
      if (name === '' || name.length > 100) return invalid({ name: 'BASE_TYPE_BAD_LENGTH' });
      const thread = { id, name, parent: channel, archived: false };
      double.guild.threads.set(id, thread);
      double.gateway.dispatch('THREAD_CREATE', { ...rawThread(thread), newly_created: true });
      const first = double.guild.messages.get(id);
      if (first) double.change(first, { flags: first.flags | MessageFlags.HasThread });
      return { status: 201, body: rawThread(thread) };
    },
  ],
  // https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel
  [
    /^POST \/channels\/(\d+)\/threads$/,
    (double, { body, files }, channel = '') => {
      if (channel !== CHANNELS.forum) {
        const message = 'Cannot execute action on this channel type';
        return { status: 400, body: { message, code: 50_024 } };
      }
      const { name = '', message } = body as { name?: string; message?: Record<string, unknown> };
      if (name === '' || name.length > 100) return invalid({ name: 'BASE_TYPE_BAD_LENGTH' });
      if (message === undefined) return invalid({ message: 'BASE_TYPE_REQUIRED' });
      const problem = problemOf(
        message,
        files.map((file) => file.name),
      );
      if (problem) return invalid({ message: problem });
      const first = double.guild.ownMessage(channel, {
        content: String(message.content ?? ''),
        components: (message.components ?? []) as Component[],
        flags: Number(message.flags ?? 0),
      });
      const { id } = first;
      const thread = { id, name, parent: channel, archived: false };
      double.guild.threads.set(id, thread);
      double.gateway.dispatch('THREAD_CREATE', { ...rawThread(thread), newly_created: true });
      const posted = { ...first, channel_id: id };
      double.guild.messages.set(id, posted);
      double.deliver(posted);
      return { status: 201, body: rawThread(thread) };
    },
  ],
];
