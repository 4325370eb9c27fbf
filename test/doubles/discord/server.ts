import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ComponentType,
  GatewayIntentBits,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
} from 'discord-api-types/v10';
import { until } from '../../support/until.ts';
import { bytesOf, type Listening, listen, sendJson } from '../http.ts';
import { Buckets } from './buckets.ts';
import { Gateway } from './gateway.ts';
import {
  APPLICATION,
  BOT_USER,
  CHANNELS,
  type DiscordMessage,
  Guild,
  guildOf,
  PEOPLE,
  type PersonName,
  personById,
  rawActiveThreads,
  rawChannel,
  rawMember,
  rawMessage,
  rawThread,
  rawUser,
} from './guild.ts';
import { type Component, Modal, problemOf } from './rules.ts';

export type DiscordDoubleOptions = { port?: number; token?: string; rateScale?: number };

type Body = Record<string, unknown>;
type Files = { name: string; bytes: Buffer }[];
type Request = { method: string; path: string; body: Body; files: Files; query: URLSearchParams };
type Answer = { status: number; body?: unknown };
type Route = (double: DiscordDouble, request: Request, ...ids: string[]) => Answer;

/** What only one person sees. */
export type PrivateAnswer = { user: string; text: string; components: Component[]; files: string[] };

type Open = {
  id: string;
  token: string;
  user: string;
  channel: string;
  message: DiscordMessage | undefined;
  at: number;
  answered: boolean;
};
type OpenModal = { user: string; modal: Modal; channel: string; message: DiscordMessage | undefined };

/** An interaction has to be answered within this: https://docs.discord.com/developers/interactions/receiving-and-responding. */
const ANSWER_MS = 3_000;

/**
 * Discord, as far as a bot meets it: the gateway, and the REST API with its rules and rate limits. What people do is a method
 * call on it; what they would see is in `guild`.
 */
export class DiscordDouble {
  readonly guild = new Guild();
  readonly calls: { method: string; path: string; status: number }[] = [];
  readonly privates: PrivateAnswer[] = [];
  readonly modals: OpenModal[] = [];
  /** What was offered to who was typing. */
  readonly suggestions: { name: string; value: string }[][] = [];
  /** Registered slash commands, and how often they were written. */
  commands: Body[] = [];
  commandWrites = 0;
  token: string;
  /** Asked for every call: a status to fail with, or to cut the answer after the work was done. */
  disturb: (method: string, path: string) => number | 'drop' | undefined = () => undefined;
  /** Whether messages of Components V2 are refused, as a Discord that knows no such would. */
  refusesV2 = false;
  readonly #uploads = new Map<string, Buffer>();
  readonly #buckets: Buckets;
  readonly #open = new Map<string, Open>();
  #listening: Listening | undefined;
  #gateway: Gateway | undefined;

  private constructor(options: DiscordDoubleOptions) {
    this.token = options.token ?? 'double.bot.token';
    this.#buckets = new Buckets(options.rateScale ?? 1);
  }

  static async start(options: DiscordDoubleOptions = {}): Promise<DiscordDouble> {
    const double = new DiscordDouble(options);
    double.#listening = await listen((request, response) => double.#handle(request, response), options.port);
    const url = () => `${double.url.replace('http', 'ws')}/gateway`;
    double.#gateway = new Gateway(double.#listening.server, double.guild, () => double.token, url);
    return double;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the Discord double has not been started');
    return this.#listening.url;
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('the Discord double has not been started');
    return this.#gateway;
  }

  async close(): Promise<void> {
    this.gateway.close();
    await this.#listening?.close();
  }

  /** A person writes. `<@me>` in the text mentions the bot. */
  say(
    person: PersonName,
    channel: string,
    text: string,
    files: readonly { name: string; text: string | Buffer }[] = [],
    reference?: string,
  ): DiscordMessage {
    const content = text.replaceAll('<@me>', `<@${BOT_USER.id}>`);
    const { roles: _roles, ...author } = PEOPLE[person];
    const message = this.guild.add({
      channel_id: channel,
      author,
      content,
      components: [],
      attachments: files.map((file) => {
        const bytes = Buffer.from(file.text);
        return { id: this.guild.nextId(), filename: file.name, size: bytes.length, url: '', bytes };
      }),
      flags: 0,
      nonce: undefined,
      mentioned: [...content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id ?? ''),
      reference,
    });
    this.deliver(message);
    return message;
  }

  mention(person: PersonName, channel: string, text: string): DiscordMessage {
    return this.say(person, channel, `<@me> ${text}`);
  }

  /** Tells the bot of a message; again, where a test wants a delivery made twice. */
  deliver(message: DiscordMessage, event = 'MESSAGE_CREATE'): void {
    const channel = rawChannel(message.channel_id, this.guild) as { type?: number } | undefined;
    const raw = { ...rawMessage(message, this.url), channel_type: channel?.type ?? 0 };
    const isAddressed = message.mentioned.includes(BOT_USER.id) || guildOf(message.channel_id) === undefined;
    const isSeen = isAddressed || this.gateway.hasMessageContent();
    const intent = guildOf(message.channel_id)
      ? GatewayIntentBits.GuildMessages
      : GatewayIntentBits.DirectMessages;
    this.gateway.dispatch(event, isSeen ? raw : { ...raw, content: '', attachments: [] }, intent);
  }

  editMessage(message: DiscordMessage, content: string): void {
    this.guild.edit(message, { content: content.replaceAll('<@me>', `<@${BOT_USER.id}>`) });
    this.deliver(message, 'MESSAGE_UPDATE');
  }

  deleteMessage(message: DiscordMessage): void {
    this.guild.delete(message);
    const { id, channel_id } = message;
    const guild_id = guildOf(channel_id);
    this.gateway.dispatch('MESSAGE_DELETE', { id, channel_id, ...(guild_id ? { guild_id } : {}) });
  }

  /** A person opens a post in a forum: a thread whose first message has its id. */
  post(person: PersonName, forum: string, name: string, text: string): DiscordMessage {
    const message = this.say(person, forum, '');
    this.guild.messages.delete(message.id);
    const thread = { id: message.id, name, parent: forum, archived: false };
    this.guild.threads.set(thread.id, thread);
    this.gateway.dispatch('THREAD_CREATE', { ...rawThread(thread), newly_created: true });
    const first = {
      ...message,
      channel_id: thread.id,
      content: text.replaceAll('<@me>', `<@${BOT_USER.id}>`),
    };
    first.mentioned = [...first.content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id ?? '');
    this.guild.messages.set(first.id, first);
    this.deliver(first);
    return first;
  }

  archive(threadId: string): void {
    const thread = this.guild.threads.get(threadId);
    if (thread === undefined) throw new Error('there is no such thread');
    thread.archived = true;
    this.gateway.dispatch('THREAD_UPDATE', rawThread(thread));
  }

  /** A person clicks a button of a message. The end of its id may be left out. */
  click(person: PersonName, message: DiscordMessage, customId: string): void {
    const found = flat(message.components).find((part) => part.custom_id?.startsWith(customId));
    if (found === undefined) throw new Error(`the message has no button "${customId}"`);
    this.clickId(person, message, found.custom_id ?? '');
  }

  /** A click whose button the message may no longer have: an old card on a slow phone. */
  clickId(person: PersonName, message: DiscordMessage, customId: string): void {
    this.#interact(person, message.channel_id, InteractionType.MessageComponent, message, {
      custom_id: customId,
      component_type: ComponentType.Button,
      id: 1,
    });
  }

  pick(person: PersonName, message: DiscordMessage, customId: string, value: string): void {
    const menu = flat(message.components).find((part) => part.custom_id?.startsWith(customId));
    if (!menu?.options?.some((option) => option.value === value))
      throw new Error(`no "${value}" in "${customId}"`);
    this.#interact(person, message.channel_id, InteractionType.MessageComponent, message, {
      custom_id: menu.custom_id,
      component_type: ComponentType.StringSelect,
      values: [value],
      id: 1,
    });
  }

  /** A person clicks a button of something that only they see. */
  clickPrivate(person: PersonName, channel: string, answer: PrivateAnswer, customId: string): void {
    const found = flat(answer.components).find((part) => part.custom_id?.startsWith(customId));
    if (found === undefined) throw new Error(`there is no button "${customId}"`);
    const message = this.#ownMessage(channel, { flags: MessageFlags.Ephemeral });
    this.#interact(person, channel, InteractionType.MessageComponent, message, {
      custom_id: found.custom_id,
      component_type: ComponentType.Button,
      id: 1,
    });
  }

  /** Sends off the newest dialog that a person has open, once there is one. Files are given by what is in them. */
  async submit(
    person: PersonName,
    values: Record<string, string | string[]>,
    names?: readonly string[],
  ): Promise<Modal> {
    const user = PEOPLE[person].id;
    const open = await until('a dialog is open', () => this.modals.findLast((item) => item.user === user));
    this.modals.splice(this.modals.indexOf(open), 1);
    const resolved = {
      users: {} as Record<string, object>,
      members: {} as Record<string, object>,
      attachments: {} as Record<string, object>,
    };
    const components = open.modal.components.map(({ component }, i) => {
      const value = values[component.custom_id];
      const common = { type: component.type, custom_id: component.custom_id, id: i * 2 + 2 };
      const list = value === undefined ? [] : [value].flat();
      for (const id of component.type === ComponentType.UserSelect ? list : []) {
        const who = personById(id);
        if (who) resolved.users[id] = rawUser(who);
        if (who) resolved.members[id] = rawMember(who);
      }
      const uploads = component.type === ComponentType.FileUpload ? list : [];
      const uploaded = uploads.map((text, n) =>
        this.#upload(resolved.attachments, names?.[n] ?? 'file.txt', text),
      );
      const filled =
        component.type === ComponentType.TextInput
          ? { value: String(value ?? '') }
          : { values: component.type === ComponentType.FileUpload ? uploaded : list };
      return { type: ComponentType.Label, id: i * 2 + 1, component: { ...common, ...filled } };
    });
    this.#interact(person, open.channel, InteractionType.ModalSubmit, open.message, {
      custom_id: open.modal.custom_id,
      components,
      resolved,
    });
    return open.modal;
  }

  #upload(resolved: Record<string, object>, filename: string, text: string): string {
    const id = this.guild.nextId();
    const bytes = Buffer.from(text);
    this.#uploads.set(id, bytes);
    const url = `${this.url}/attachments/${id}`;
    resolved[id] = { id, filename, size: bytes.length, url, proxy_url: url, ephemeral: true };
    return id;
  }

  /** A person uses the slash command. */
  slash(person: PersonName, channel: string, name: string, options: Record<string, string> = {}): void {
    this.#command(person, channel, InteractionType.ApplicationCommand, name, options, undefined);
  }

  /** A person types in an option of the slash command. */
  type(person: PersonName, channel: string, name: string, option: string, text: string): void {
    this.#command(
      person,
      channel,
      InteractionType.ApplicationCommandAutocomplete,
      name,
      { [option]: text },
      option,
    );
  }

  #command(
    person: PersonName,
    channel: string,
    type: InteractionType,
    name: string,
    options: Record<string, string>,
    focused: string | undefined,
  ): void {
    const given = Object.entries(options).map(([key, value]) => ({
      name: key,
      type: 3,
      value,
      ...(key === focused ? { focused: true } : {}),
    }));
    this.#interact(person, channel, type, undefined, {
      id: this.guild.nextId(),
      name: 'ml-intern',
      type: 1,
      options: [{ type: 1, name, options: given }],
    });
  }

  /** A person uses the app's command on a message. */
  pointAt(person: PersonName, message: DiscordMessage): void {
    this.#interact(person, message.channel_id, InteractionType.ApplicationCommand, undefined, {
      id: this.guild.nextId(),
      name: 'Ask ML Intern about this',
      type: 3,
      target_id: message.id,
      resolved: { messages: { [message.id]: rawMessage(message, this.url) } },
    });
  }

  #interact(
    person: PersonName,
    channel: string,
    type: InteractionType,
    message: DiscordMessage | undefined,
    data: Body,
  ): void {
    const who = PEOPLE[person];
    const id = this.guild.nextId();
    const token = `interaction-${id}`;
    this.#open.set(token, { id, token, user: who.id, channel, message, at: Date.now(), answered: false });
    const guild_id = guildOf(channel);
    const member = rawMember(who) as { permissions: string };
    this.gateway.dispatch('INTERACTION_CREATE', {
      id,
      application_id: APPLICATION,
      type,
      token,
      version: 1,
      data,
      channel_id: channel,
      channel: rawChannel(channel, this.guild),
      locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: {},
      attachment_size_limit: 10_485_760,
      app_permissions: member.permissions,
      ...(message ? { message: rawMessage(message, this.url) } : {}),
      ...(guild_id
        ? { guild_id, guild_locale: 'en-US', member: { ...member, user: rawUser(who) } }
        : { user: rawUser(who) }),
    });
  }

  #ownMessage(channel: string, parts: Partial<DiscordMessage>): DiscordMessage {
    return {
      id: this.guild.nextId(),
      channel_id: channel,
      author: BOT_USER,
      content: '',
      components: [],
      attachments: [],
      flags: 0,
      nonce: undefined,
      mentioned: [],
      reference: undefined,
      reactions: new Set(),
      edits: 0,
      ...parts,
    };
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const [, attachment] = /^\/attachments\/(\d+)$/.exec(pathname) ?? [];
    if (attachment) return this.#download(response, attachment);
    const method = request.method ?? 'GET';
    const path = pathname.replace(/^\/api\/v10/, '');
    const { body, files } = await parsed(request);
    const isOpen = path.startsWith('/interactions/') || path.startsWith('/webhooks/');
    const finish = (status: number, answer?: unknown, headers: Record<string, string> = {}) => {
      this.calls.push({ method, path, status });
      if (answer !== undefined) return sendJson(response, status, answer, headers);
      response.writeHead(status, headers);
      response.end();
    };
    if (!isOpen && request.headers.authorization !== `Bot ${this.token}`) {
      return finish(401, { message: '401: Unauthorized', code: 0 });
    }
    const { headers, retryAfter } = this.#buckets.take(method, path);
    if (retryAfter !== undefined) {
      const limited = { message: 'You are being rate limited.', retry_after: retryAfter, global: false };
      return finish(429, limited, { ...headers, 'retry-after': String(Math.ceil(retryAfter)) });
    }
    const fault = this.disturb(method, path);
    if (typeof fault === 'number') return finish(fault, { message: 'scripted', code: 0 }, headers);
    const answer = this.#answer({ method, path, body, files, query: searchParams });
    if (fault === 'drop') return void response.destroy();
    finish(answer.status, answer.body, headers);
  }

  #answer(request: Request): Answer {
    const key = `${request.method} ${request.path}`;
    for (const [pattern, route] of ROUTES) {
      const match = pattern.exec(key);
      if (match) return route(this, request, ...match.slice(1).map(decodeURIComponent));
    }
    return { status: 404, body: { message: '404: Not Found', code: 0 } };
  }

  #download(response: ServerResponse, id: string): void {
    const file = [...this.guild.messages.values()]
      .flatMap(({ attachments }) => attachments)
      .find((item) => item.id === id);
    const bytes = file?.bytes ?? this.#uploads.get(id);
    response.writeHead(bytes ? 200 : 404, { 'content-type': 'application/octet-stream' });
    response.end(bytes);
  }

  /** Posts for the bot, as the API does. */
  send(channel: string, { body, files }: Pick<Request, 'body' | 'files'>): Answer {
    if (!this.guild.has(channel)) return UNKNOWN_CHANNEL;
    const limit = guildOf(channel) ? FILE_MB[this.guild.premiumTier] : FILE_MB[0];
    if (files.some(({ bytes }) => bytes.length > limit * 1024 * 1024)) {
      return { status: 413, body: { message: 'Request entity too large', code: 40_005 } };
    }
    if (this.refusesV2 && (Number(body.flags ?? 0) & MessageFlags.IsComponentsV2) !== 0) {
      return invalid({ flags: 'unknown' });
    }
    const problem = problemOf(
      body,
      files.map(({ name }) => name),
    );
    if (problem) return invalid(problem);
    const nonce = body.nonce === undefined ? undefined : String(body.nonce);
    const twin =
      nonce && body.enforce_nonce ? this.guild.in(channel).find((item) => item.nonce === nonce) : undefined;
    if (twin) return { status: 200, body: rawMessage(twin, this.url) };
    const thread = this.guild.threads.get(channel);
    if (thread?.archived) thread.archived = false; // a message opens it again
    const reference = body.message_reference as { message_id: string } | undefined;
    const message = this.guild.add({
      ...this.#ownMessage(channel, {
        content: String(body.content ?? ''),
        components: (body.components ?? []) as Component[],
        attachments: files.map(({ name, bytes }) => ({
          id: this.guild.nextId(),
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
    this.deliver(message);
    return { status: 200, body: rawMessage(message, this.url) };
  }

  /** An interaction's first answer. */
  respond(token: string, { body, files }: Request): Answer {
    const open = this.#open.get(token);
    const isLate = open === undefined || Date.now() - open.at > ANSWER_MS;
    if (isLate) return { status: 404, body: { message: 'Unknown interaction', code: 10_062 } };
    if (open.answered) {
      return { status: 400, body: { message: 'Interaction has already been acknowledged.', code: 40_060 } };
    }
    open.answered = true;
    const data = (body.data ?? {}) as Body;
    switch (body.type) {
      case InteractionResponseType.Modal: {
        const modal = Modal.safeParse(data);
        if (!modal.success) return invalid(modal.error.issues);
        const { user, channel, message } = open;
        this.modals.push({ user, modal: modal.data, channel, message });
        break;
      }
      case InteractionResponseType.ApplicationCommandAutocompleteResult:
        this.suggestions.push((data.choices ?? []) as { name: string; value: string }[]);
        break;
      case InteractionResponseType.ChannelMessageWithSource:
        return this.tellPrivately(open.user, { body: data, files }) ?? { status: 204 };
      default:
        break;
    }
    return { status: 204 };
  }

  /** What follows an interaction's first answer. */
  followUp(token: string, request: Pick<Request, 'body' | 'files'>): Answer {
    const open = this.#open.get(token);
    if (open === undefined) return { status: 404, body: { message: 'Unknown Webhook', code: 10_015 } };
    const problem = this.tellPrivately(open.user, request);
    return problem ?? { status: 200, body: rawMessage(this.#ownMessage(open.channel, {}), this.url) };
  }

  tellPrivately(user: string, { body, files }: Pick<Request, 'body' | 'files'>): Answer | undefined {
    const problem = problemOf(
      body,
      files.map(({ name }) => name),
    );
    if (problem) return invalid(problem);
    const components = (body.components ?? []) as Component[];
    const text = [String(body.content ?? ''), ...flat(components).map(({ content }) => content ?? '')].join(
      '\n',
    );
    this.privates.push({ user, text, components, files: files.map(({ name }) => name) });
    return undefined;
  }
}

/** https://docs.discord.com/developers/reference#uploading-files: by a guild's tier of boosts. */
const FILE_MB = [10, 10, 50, 100] as const;

const UNKNOWN_CHANNEL: Answer = { status: 404, body: { message: 'Unknown Channel', code: 10_003 } };
const UNKNOWN_MESSAGE: Answer = { status: 404, body: { message: 'Unknown Message', code: 10_008 } };
const invalid = (errors: unknown): Answer => ({
  status: 400,
  body: { message: 'Invalid Form Body', code: 50_035, errors },
});

type Flat = { custom_id?: string; content?: string; options?: { value: string }[]; label?: string };

/** All components of a message, nested ones too. */
export function flat(components: readonly unknown[]): Flat[] {
  return components.flatMap((component) => {
    const part = component as Flat & { components?: unknown[]; accessory?: unknown };
    return [part, ...flat(part.components ?? []), ...flat(part.accessory ? [part.accessory] : [])];
  });
}

const ROUTES: readonly (readonly [RegExp, Route])[] = [
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
  [/^GET \/users\/@me$/, () => ({ status: 200, body: rawUser(BOT_USER) })],
  [
    /^GET \/guilds\/\d+\/members\/(\d+)$/,
    (_double, _request, id = '') => {
      const person = personById(id);
      return person
        ? { status: 200, body: { user: rawUser(person), ...rawMember(person) } }
        : { status: 404, body: { message: 'Unknown Member', code: 10_007 } };
    },
  ],
  [
    /^GET \/guilds\/\d+\/threads\/active$/,
    ({ guild }) => ({
      status: 200,
      body: { threads: rawActiveThreads(guild), members: [], has_more: false },
    }),
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
      const name = String(body.name ?? thread.name);
      if (name.length < 1 || name.length > 100) return invalid({ name: 'BASE_TYPE_BAD_LENGTH' });
      thread.name = name;
      return { status: 200, body: rawThread(thread) };
    },
  ],
  [/^POST \/channels\/(\d+)\/messages$/, (double, request, channel = '') => double.send(channel, request)],
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
      return { status: 200, body: page.reverse().map((message) => rawMessage(message, double.url)) };
    },
  ],
  [
    /^GET \/channels\/\d+\/messages\/(\d+)$/,
    (double, _request, id = '') => {
      const message = double.guild.messages.get(id);
      return message ? { status: 200, body: rawMessage(message, double.url) } : UNKNOWN_MESSAGE;
    },
  ],
  [
    /^PATCH \/channels\/\d+\/messages\/(\d+)$/,
    (double, { body, files }, id = '') => {
      const message = double.guild.messages.get(id);
      if (message === undefined) return UNKNOWN_MESSAGE;
      if (message.author.id !== BOT_USER.id)
        return { status: 403, body: { message: 'Cannot edit', code: 50_005 } };
      const problem = problemOf(
        body,
        files.map(({ name }) => name),
      );
      if (problem) return invalid(problem);
      double.guild.edit(message, { components: (body.components ?? []) as Component[] });
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
  [
    /^POST \/channels\/(\d+)\/messages\/(\d+)\/threads$/,
    (double, { body }, channel = '', id = '') => {
      if (channel === CHANNELS.closed)
        return { status: 403, body: { message: 'Missing Permissions', code: 50_013 } };
      if (double.guild.threads.has(id)) {
        const message = 'A thread has already been created for this message';
        return { status: 400, body: { message, code: 160_004 } };
      }
      const name = String(body.name ?? '');
      if (name.length < 1 || name.length > 100) return invalid({ name: 'BASE_TYPE_BAD_LENGTH' });
      const thread = { id, name, parent: channel, archived: false };
      double.guild.threads.set(id, thread);
      double.gateway.dispatch('THREAD_CREATE', { ...rawThread(thread), newly_created: true });
      return { status: 201, body: rawThread(thread) };
    },
  ],
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
  [
    /^POST \/interactions\/\d+\/([^/]+)\/callback$/,
    (double, request, token = '') => double.respond(token, request),
  ],
  [/^POST \/webhooks\/\d+\/([^/]+)$/, (double, request, token = '') => double.followUp(token, request)],
  [
    /^PATCH \/webhooks\/\d+\/([^/]+)\/messages\/(?:@|%40)original$/,
    (double, request, token = '') => double.followUp(token, request),
  ],
];

/** The API takes JSON, or a form with files and the JSON in `payload_json`. */
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

async function parsed(request: IncomingMessage): Promise<{ body: Body; files: Files }> {
  const bytes = await bytesOf(request);
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) {
    return { body: bytes.length > 0 ? (JSON.parse(bytes.toString()) as Body) : {}, files: [] };
  }
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const payload = form.get('payload_json');
  const files: Files = [];
  for (const [key, value] of form) {
    if (key.startsWith('files') && value instanceof File) {
      files.push({ name: value.name, bytes: Buffer.from(await value.arrayBuffer()) });
    }
  }
  const body = typeof payload === 'string' ? (JSON.parse(payload) as Body & { data?: Body }) : {};
  return { body, files };
}
