import { ComponentType, InteractionType, MessageFlags } from 'discord-api-types/v10';
import { until } from '../../support/until.ts';
import { flat } from './components.ts';
import {
  APPLICATION,
  type Author,
  BOT_USER,
  type DiscordMessage,
  guildOf,
  PEOPLE,
  type PersonName,
  permissionsOf,
  personById,
  rawChannel,
  rawMember,
  rawMessage,
  rawThread,
  rawUser,
} from './guild.ts';
import type { Modal } from './rules.ts';
import { type Body, DiscordState, type PrivateAnswer } from './state.ts';

/** What people do in a guild, each a method, and what Discord tells the bot of it. */
export abstract class DiscordPeople extends DiscordState {
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
      mentioned: mentionedIn(content),
      reference,
    });
    this.deliver(message);
    return message;
  }

  /** Somebody or some app writes more than text. */
  write(channel: string, extra: Record<string, unknown>, author: Author = PEOPLE.ada): DiscordMessage {
    const message = this.guild.add({
      ...this.guild.ownMessage(channel, {}),
      author,
      content: String(extra.content ?? ''),
      mentioned: mentionedIn(String(extra.content ?? '')),
      extra,
    });
    this.deliver(message);
    return message;
  }

  /** A person begins a thread from a message, which Discord shows as its first one. */
  startThread(message: DiscordMessage, name: string): void {
    const { id, channel_id } = message;
    const thread = { id, name, parent: channel_id, archived: false };
    this.guild.threads.set(id, thread);
    this.gateway.dispatch('THREAD_CREATE', { ...rawThread(thread), newly_created: true });
    this.write(
      id,
      {
        type: 21,
        message_reference: { type: 0, message_id: id, channel_id, guild_id: guildOf(channel_id) },
        referenced_message: rawMessage(message, this.url),
      },
      message.author,
    );
  }

  mention(person: PersonName, channel: string, text: string): DiscordMessage {
    return this.say(person, channel, `<@me> ${text}`);
  }

  /** A person changes what they wrote, or takes a file out of it. */
  editMessage(message: DiscordMessage, text: string, attachments = message.attachments): void {
    const content = text.replaceAll('<@me>', `<@${BOT_USER.id}>`);
    const mentioned = mentionedIn(content);
    this.change(message, { content, attachments, mentioned, edited: new Date().toISOString() });
  }

  /** Discord shows what a link leads to: the same event as an edit, of the whole message. */
  embed(message: DiscordMessage): void {
    this.change(message, { embeds: [{ type: 'link', url: 'https://example.com/', title: 'A page' }] });
  }

  /** The same as it comes for a message that Discord does not tell the whole of. */
  embedPartially({ id, channel_id }: DiscordMessage): void {
    const guild_id = guildOf(channel_id);
    const update = { id, channel_id, ...(guild_id ? { guild_id } : {}), embeds: [{ type: 'link' }] };
    this.gateway.dispatch('MESSAGE_UPDATE', update);
  }

  /** A moderator takes many messages away at once. */
  deleteMessages(messages: readonly DiscordMessage[]): void {
    for (const message of messages) this.guild.delete(message);
    const channel_id = messages[0]?.channel_id ?? '';
    const guild_id = guildOf(channel_id);
    const ids = messages.map(({ id }) => id);
    this.gateway.dispatch('MESSAGE_DELETE_BULK', { ids, channel_id, ...(guild_id ? { guild_id } : {}) });
  }

  deleteMessage(message: DiscordMessage): void {
    this.guild.delete(message);
    const { id, channel_id } = message;
    const guild_id = guildOf(channel_id);
    this.gateway.dispatch('MESSAGE_DELETE', { id, channel_id, ...(guild_id ? { guild_id } : {}) });
  }

  /** A person opens a post in a forum: a thread whose first message has its id. */
  post(person: PersonName, forum: string, name: string, text: string): DiscordMessage {
    const { roles: _roles, ...author } = PEOPLE[person];
    const message = { ...this.guild.ownMessage(forum, {}), author };
    const thread = { id: message.id, name, parent: forum, archived: false };
    this.guild.threads.set(thread.id, thread);
    this.gateway.dispatch('THREAD_CREATE', { ...rawThread(thread), newly_created: true });
    const first = {
      ...message,
      channel_id: thread.id,
      content: text.replaceAll('<@me>', `<@${BOT_USER.id}>`),
    };
    first.mentioned = mentionedIn(first.content);
    this.guild.messages.set(first.id, first);
    this.deliver(first);
    return first;
  }

  /** Somebody begins a private thread with others, the bot among them. Nobody else can read it. */
  startPrivateThread(person: PersonName, channel: string, name: string, others: PersonName[] = []): string {
    const id = this.guild.nextId();
    const members = [person, ...others].map((one) => PEOPLE[one].id);
    const thread = { id, name, parent: channel, archived: false, members };
    this.guild.threads.set(id, thread);
    this.gateway.dispatch('THREAD_CREATE', rawThread(thread));
    return id;
  }

  archive(threadId: string): void {
    this.moveThread(threadId, { archived: true });
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

  pick(person: PersonName, message: DiscordMessage, customId: string, ...values: string[]): void {
    this.#interact(
      person,
      message.channel_id,
      InteractionType.MessageComponent,
      message,
      picked(message.components, customId, values),
    );
  }

  /** A person clicks a button of something that only they see. */
  clickPrivate(person: PersonName, channel: string, answer: PrivateAnswer, customId: string): void {
    const found = flat(answer.components).find((part) => part.custom_id?.startsWith(customId));
    if (found === undefined) throw new Error(`there is no button "${customId}"`);
    const message = this.guild.ownMessage(channel, { flags: MessageFlags.Ephemeral });
    this.#interact(person, channel, InteractionType.MessageComponent, message, {
      custom_id: found.custom_id,
      component_type: ComponentType.Button,
      id: 1,
    });
  }

  /** A person picks from a menu of something that only they see. */
  pickPrivate(
    person: PersonName,
    channel: string,
    answer: PrivateAnswer,
    customId: string,
    values: string[],
  ): void {
    const message = this.guild.ownMessage(channel, { flags: MessageFlags.Ephemeral });
    const menu = picked(answer.components, customId, values);
    this.#interact(person, channel, InteractionType.MessageComponent, message, menu);
  }

  /**
   * Sends off the newest dialog that a person has open, once there is one. Files are given by what is in
   * them.
   */
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
        if (who) resolved.members[id] = resolvedMember(who, this.guild.nicknameOf(who));
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
    this.uploads.set(id, bytes);
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
    this.open.set(token, { id, token, user: who.id, channel, message, at: Date.now(), shows: 'not taken' });
    const guild_id = guildOf(channel);
    const member = { ...rawMember(who, this.guild.nicknameOf(who)), permissions: permissionsOf(who) };
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
}

/** Of somebody who was picked, the user stands beside, and voice is not told of. */
function resolvedMember(who: { id: string; roles: readonly string[] }, nick: string | null): object {
  const { deaf: _deaf, mute: _mute, ...member } = Object(rawMember(who, nick)) as Record<string, unknown>;
  return { ...member, permissions: permissionsOf(who) };
}

const mentionedIn = (content: string): string[] =>
  [...content.matchAll(/<@!?(\d+)>/g)].map(([, id]) => id ?? '');

/** What is told of a menu of which somebody has picked what it offers; as many as it takes. */
function picked(components: DiscordMessage['components'], customId: string, values: readonly string[]) {
  const menu = flat(components).find((part) => part.custom_id?.startsWith(customId));
  const isThere = values.every((value) => menu?.options?.some((option) => option.value === value));
  const { min_values: least = 1, max_values: most = 1 } = menu ?? {};
  if (menu === undefined || !isThere || values.length < least || values.length > most)
    throw new Error(`no "${values}" in "${customId}"`);
  return { custom_id: menu.custom_id, component_type: ComponentType.StringSelect, values, id: 1 };
}
