import { MessageFlags } from 'discord-api-types/v10';
import { BOT_USER, CHANNELS, guildOf, rawMessage } from '../guild.ts';
import { invalid, NON_TEXT, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE } from '../problems.ts';
import { type Component, problemOf } from '../rules.ts';
import type { DiscordState } from '../state.ts';
import type { Answer, Request, Routes } from './route.ts';

/** Messages and their reactions. */
export const messages: Routes = [
  [/^POST \/channels\/(\d+)\/messages$/, (double, request, channel = '') => send(double, channel, request)],
  [
    /^GET \/channels\/(\d+)\/messages$/,
    (double, { query }, channel = '') => {
      const limit = Number(query.get('limit') ?? 50);
      const after = query.get('after');
      const before = query.get('before');
      const all = double.guild
        .in(channel)
        .filter(
          ({ id }) =>
            (after ? BigInt(id) > BigInt(after) : true) && (before ? BigInt(id) < BigInt(before) : true),
        )
        .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
      const page = after ? all.slice(0, limit) : all.slice(-limit);
      return { status: 200, body: page.reverse().map((message) => double.asRead(message)) };
    },
  ],
  [
    /^GET \/channels\/(\d+)\/messages\/(\d+)$/,
    (double, _request, channel = '', id = '') => {
      const message = double.guild.messages.get(id);
      return message?.channel_id === channel
        ? { status: 200, body: double.asRead(message) }
        : UNKNOWN_MESSAGE;
    },
  ],
  [
    /^PATCH \/channels\/\d+\/messages\/(\d+)$/,
    (double, { body, files }, id = '') => {
      const message = double.guild.messages.get(id);
      if (message === undefined) return UNKNOWN_MESSAGE;
      if (message.author.id !== BOT_USER.id)
        return { status: 403, body: { message: 'Cannot edit', code: 50_005 } };
      const isV2 = (Number(body.flags ?? message.flags) & MessageFlags.IsComponentsV2) !== 0;
      if (isV2 && double.refusesV2) return invalid({ flags: 'BASE_TYPE_CHOICES' });
      if (isV2 && message.content !== '' && body.content === undefined) {
        return invalid({ content: 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2' });
      }
      const problem = problemOf(
        body,
        files.map(({ name }) => name),
      );
      if (problem) return invalid(problem);
      double.guild.edit(message, {
        components: (body.components ?? message.components) as Component[],
        // A plain message that becomes one of components has to give up its text.
        ...(body.content === undefined ? {} : { content: String(body.content ?? '') }),
      });
      if (isV2) message.flags |= MessageFlags.IsComponentsV2;
      return { status: 200, body: rawMessage(message, double.url) };
    },
  ],
  [
    /^DELETE \/channels\/\d+\/messages\/(\d+)$/,
    (double, _request, id = '') => {
      const message = double.guild.messages.get(id);
      if (message === undefined) return UNKNOWN_MESSAGE;
      double.guild.delete(message);
      return { status: 204 };
    },
  ],
  [
    /^(PUT|DELETE) \/channels\/(\d+)\/messages\/(\d+)\/reactions\/([^/]+)\/@me$/,
    (double, _request, method = '', channel = '', id = '', emoji = '') => {
      const message = double.guild.messages.get(id);
      const isThere = message?.channel_id === channel;
      if (message === undefined || !isThere) return UNKNOWN_MESSAGE;
      if (method === 'PUT') message.reactions.add(emoji);
      else message.reactions.delete(emoji);
      return { status: 204 };
    },
  ],
];

/** Posts for the bot, as the API does. */
function send(
  double: DiscordState,
  channel: string,
  { body, files }: Pick<Request, 'body' | 'files'>,
): Answer {
  if (!double.guild.has(channel)) return UNKNOWN_CHANNEL;
  if (channel === CHANNELS.forum) return NON_TEXT;
  const limit = guildOf(channel) ? FILE_MB[double.guild.premiumTier] : FILE_MB[0];
  if (files.some(({ bytes }) => bytes.length > limit * 1024 * 1024)) {
    return { status: 413, body: { message: 'Request entity too large', code: 40_005 } };
  }
  if (double.refusesV2 && (Number(body.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0) {
    return invalid({ flags: 'BASE_TYPE_CHOICES' });
  }
  const problem = problemOf(
    body,
    files.map(({ name }) => name),
  );
  if (problem) return invalid(problem);
  const nonce = body.nonce === undefined ? undefined : String(body.nonce);
  const twin =
    nonce && body.enforce_nonce ? double.guild.in(channel).find((item) => item.nonce === nonce) : undefined;
  if (twin) return { status: 200, body: rawMessage(twin, double.url) };
  const thread = double.guild.threads.get(channel);
  if (thread?.archived) double.moveThread(thread.id, { archived: false }); // a message opens it again
  const reference = body.message_reference as { message_id: string } | undefined;
  const message = double.guild.add({
    ...double.guild.ownMessage(channel, {
      content: String(body.content ?? ''),
      components: (body.components ?? []) as Component[],
      attachments: files.map(({ name, bytes }, i) => ({
        ...describedAs(body.attachments, i),
        id: double.guild.nextId(),
        filename: name,
        size: bytes.length,
        url: '',
        bytes,
      })),
      flags: Number(body.flags ?? 0),
      nonce,
      reference: reference?.message_id,
    }),
  });
  double.deliver(message);
  for (const to of calledBy(body)) double.pushes.push({ to, channel, text: message.content });
  return { status: 200, body: rawMessage(message, double.url) };
}

/** What a file is said to show: https://docs.discord.com/developers/resources/message#attachment-object. */
function describedAs(attachments: unknown, i: number): { description?: string } {
  const told = ((attachments ?? []) as { id: string; description?: string }[]).find(
    ({ id }) => id === String(i),
  );
  return told?.description === undefined ? {} : { description: told.description };
}

/**
 * Whom a message calls: who is mentioned in it, where that is allowed
 * (https://docs.discord.com/developers/resources/message#allowed-mentions-object).
 */
function calledBy({ content, components, allowed_mentions }: Request['body']): string[] {
  const said = JSON.stringify([content ?? '', components ?? []]);
  const { users = [], parse = ['users'] } = (allowed_mentions ?? {}) as {
    users?: string[];
    parse?: string[];
  };
  const mentioned = [...said.matchAll(/<@!?(\d+)>/g)].map(([, id = '']) => id);
  return [...new Set(mentioned)].filter((id) => parse.includes('users') || users.includes(id));
}

/** https://docs.discord.com/developers/reference#uploading-files: by a guild's tier of boosts. */
const FILE_MB = [10, 10, 50, 100] as const;
