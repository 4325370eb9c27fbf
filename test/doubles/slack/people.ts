import { until } from '../../support/until.ts';
import { changed, deleted, rawMessage } from './changes.ts';
import { type OpenDialog, viewParts } from './dialogs.ts';
import { hasCommand, hasShortcut, isInteractive } from './manifest.ts';
import { SlackOpenings } from './openings.ts';
import { type Block, parseBlocks } from './rules.ts';
import { type Ephemeral, VERIFICATION } from './state.ts';
import { BOT, PEOPLE, type SlackMessage, teamOf, type Workspace } from './workspace.ts';

type SharedText = { name: string; text: string | Buffer };

/** What people do in a workspace, each a method, and what Slack tells the app of it. */
export abstract class SlackPeople extends SlackOpenings {
  /** A person writes. In a channel, a mention is delivered as both events that Slack sends for it. */
  say(user: string, channel: string, text: string, thread?: string): SlackMessage {
    const message = this.workspace.add({
      channel,
      thread_ts: thread,
      user,
      bot_id: undefined,
      text,
      blocks: undefined,
      metadata: undefined,
    });
    this.deliverMessage(message);
    return message;
  }

  /** Somebody or some app writes more than text: blocks, attachments, files. */
  write(
    channel: string,
    parts: Partial<
      Pick<SlackMessage, 'user' | 'bot_id' | 'text' | 'blocks' | 'attachments' | 'files' | 'extra'>
    >,
    thread?: string,
  ): SlackMessage {
    const message = this.workspace.add({
      channel,
      thread_ts: thread,
      user: 'U0ADA',
      bot_id: undefined,
      text: '',
      blocks: undefined,
      metadata: undefined,
      ...parts,
    });
    this.deliverMessage(message);
    return message;
  }

  mention(user: string, channel: string, text: string, thread?: string): SlackMessage {
    return this.say(user, channel, `<@${BOT.user_id}> ${text}`, thread);
  }

  /** Tells the app of a message; again, where a test wants a delivery made twice. */
  deliverMessage(message: SlackMessage): void {
    const { channel, files } = message;
    const channel_type = this.workspace.kindOf(channel);
    const subtype = files ? { subtype: 'file_share' } : {};
    this.deliverEvent({ ...this.#raw(message), ...subtype, channel, channel_type, type: 'message' });
    this.deliverMention(message);
  }

  /** Another bot writes. */
  botSays(channel: string, text: string, thread?: string): SlackMessage {
    const message = this.workspace.add({
      channel,
      thread_ts: thread,
      user: 'U0OTHERBOT',
      bot_id: 'B0OTHER',
      text,
      blocks: undefined,
      metadata: undefined,
    });
    this.deliverMessage(message);
    return message;
  }

  /** A person shares files, with or without a word to them. */
  share(
    user: string,
    channel: string,
    given: SharedText | readonly SharedText[],
    words: string,
    thread?: string,
  ): SlackMessage {
    const added = [given]
      .flat()
      .map((file) =>
        Object.assign(this.uploads.begin(file.name), { bytes: Buffer.from(file.text), isShared: true }),
      );
    const message = this.workspace.add({
      channel,
      thread_ts: thread,
      user,
      bot_id: undefined,
      text: words,
      blocks: undefined,
      files: added.map((file) => this.uploads.describe(file, this.url)),
      metadata: undefined,
    });
    this.deliverMessage(message);
    return message;
  }

  /** A person changes their words; of a message that mentions the app Slack tells it anew as a mention. */
  editMessage(message: SlackMessage, text: string): void {
    this.change(message, { text });
    this.deliverMention(message);
  }

  /** Whether a change is told with the message as it was before. */
  tellsBefore = true;

  /** Slack has fetched what a link of a message leads to, and shows it below. */
  unfurl(message: SlackMessage): void {
    const attachments = [{ id: 1, from_url: 'https://example.com/', title: 'A page', text: 'What is on it' }];
    this.change(message, { attachments });
  }

  /** A person takes a file out of their message. */
  removeFile(message: SlackMessage, name: string): void {
    const files = (message.files ?? []).map((file) =>
      file.name === name ? { id: file.id, mode: 'tombstone' } : file,
    );
    this.change(message, { files });
  }

  /**
   * Tells the app that a message has been changed; `now` is when. Returns the event, to be delivered again.
   */
  change(
    message: SlackMessage,
    content: Parameters<Workspace['edit']>[1],
    now = this.workspace.nextTs(),
  ): Record<string, unknown> {
    const before = this.#raw(message);
    // The time of an edit is told in whole seconds.
    const edited = { user: message.user, ts: `${now.split('.')[0]}.000000` };
    this.workspace.edit(message, content.text === undefined ? content : { edited, ...content });
    const was = this.tellsBefore ? before : undefined;
    const event = changed(now, message, this.workspace.kindOf(message.channel), was, this.#raw(message));
    this.deliverEvent(event);
    return event;
  }

  deleteMessage(message: SlackMessage): void {
    const before = this.#raw(message);
    this.workspace.delete(message);
    const now = this.workspace.nextTs();
    const isKept = this.workspace.find(message.channel, message.ts) !== undefined;
    const kind = this.workspace.kindOf(message.channel);
    const event = isKept
      ? changed(now, message, kind, before, this.#raw(message))
      : deleted(now, message, kind, before);
    this.deliverEvent(event);
  }

  #raw(message: SlackMessage): Record<string, unknown> {
    return rawMessage(message, this.workspace.repliesTo(message));
  }

  /** The event of a mention that Slack sends besides that of the message; its time is the message's. */
  deliverMention(message: SlackMessage): void {
    const { channel, text } = message;
    if (this.workspace.kindOf(channel) === 'im' || !text.includes(`<@${BOT.user_id}>`)) return;
    // How many replies there are it leaves out: https://docs.slack.dev/reference/events/app_mention.
    const thread = this.workspace.repliesTo(message).length > 0 ? { thread_ts: message.ts } : {};
    this.deliverEvent({ ...rawMessage(message), ...thread, channel, type: 'app_mention' });
  }

  /** A person clicks a button of a message. */
  click(user: string, message: SlackMessage, actionId: string): void {
    const button = buttonIn(parseBlocks(message.blocks), actionId);
    if (button === undefined) throw new Error(`the message has no button "${actionId}"`);
    this.clickValue(user, message, actionId, button.value ?? '');
  }

  /** A click whose button the message may no longer have: an old card on a slow phone. */
  clickValue(user: string, message: SlackMessage, actionId: string, value: string): void {
    const text = { type: 'plain_text', text: 'A button', emoji: true };
    const action = { type: 'button', action_id: actionId, block_id: 'b', text, value };
    this.#act(user, message.channel, messageParts(message), action);
  }

  /** A person clicks a button of something that only they see. */
  clickPrivate(user: string, channel: string, { blocks }: Ephemeral, actionId: string): void {
    const button = buttonIn(parseBlocks(blocks), actionId);
    if (button === undefined) throw new Error(`there is no button "${actionId}"`);
    const container = {
      type: 'message',
      message_ts: this.workspace.nextTs(),
      channel_id: channel,
      is_ephemeral: true,
    };
    const action = {
      type: 'button',
      action_id: actionId,
      block_id: 'b',
      text: button.text,
      value: button.value ?? '',
    };
    this.#act(user, channel, { container }, action);
  }

  /** A person says whether a message helped. */
  rate(user: string, message: SlackMessage, verdict: 'positive' | 'negative'): void {
    const [buttons] = parseBlocks(message.blocks).flatMap((block) =>
      block.type === 'context_actions' ? block.elements : [],
    );
    if (buttons === undefined) throw new Error('the message has no feedback buttons');
    this.#act(user, message.channel, messageParts(message), {
      type: 'feedback_buttons',
      action_id: buttons.action_id,
      block_id: 'b',
      value: buttons[`${verdict}_button`].value,
    });
  }

  /** A person picks from a menu: of several, one after another, as Slack sends them when it is closed. */
  pick(user: string, message: SlackMessage, actionId: string, ...values: string[]): void {
    this.#act(user, message.channel, messageParts(message), picked(message.blocks, actionId, values));
  }

  /** The same of what only they see. */
  pickPrivate(user: string, channel: string, blocks: unknown, actionId: string, values: string[]): void {
    const where = { container: { type: 'message', channel_id: channel, is_ephemeral: true } };
    this.#act(user, channel, where, picked(blocks, actionId, values));
  }

  /** A person uses the app's shortcut on a message. */
  useShortcut(user: string, message: SlackMessage, callbackId: string): void {
    if (!hasShortcut(callbackId)) throw new Error(`the app has no shortcut ${callbackId}`);
    const { channel, ts } = message;
    void this.deliver({
      kind: 'interactive',
      payload: {
        type: 'message_action',
        token: VERIFICATION,
        action_ts: this.workspace.nextTs(),
        callback_id: callbackId,
        trigger_id: this.dialogs.trigger(user, teamOf(channel)),
        message_ts: ts,
        response_url: `${this.url}/response/${user}`,
        // Without a team where the app is installed for a whole organisation.
        team: null,
        user: { id: user, name: PEOPLE[user], team_id: teamOf(channel) },
        api_app_id: BOT.app_id,
        channel: { id: channel, name: 'double' },
        message: this.#raw(message),
      },
    });
  }

  /**
   * A person clicks a button of their Home tab:
   * https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.
   */
  clickHome(user: string, actionId: string): void {
    const button = buttonIn(this.homes.get(user) ?? [], actionId);
    if (button === undefined) throw new Error(`the Home tab has no button "${actionId}"`);
    const action = {
      type: 'button',
      action_id: actionId,
      block_id: 'b',
      text: button.text,
      value: button.value ?? '',
      action_ts: this.workspace.nextTs(),
    };
    void this.deliver({
      kind: 'interactive',
      payload: {
        type: 'block_actions',
        token: VERIFICATION,
        trigger_id: this.dialogs.trigger(user),
        team: { id: BOT.team_id, domain: 'double' },
        user: { id: user, username: PEOPLE[user], name: PEOPLE[user], team_id: BOT.team_id },
        api_app_id: BOT.app_id,
        container: { type: 'view', view_id: 'V0HOME' },
        view: { ...viewParts('V0HOME', BOT.team_id), type: 'home', blocks: this.homes.get(user), ...UNSET },
        actions: [action],
      },
    });
  }

  /** A person uses the app's slash command. */
  slash(user: string, channel: string, text: string, command = '/ml-intern'): void {
    if (!hasCommand(command)) throw new Error(`${command} is not a valid command`);
    void this.deliver({
      kind: 'slash_commands',
      payload: {
        token: VERIFICATION,
        command,
        text,
        team_id: teamOf(channel),
        team_domain: 'double',
        channel_id: channel,
        channel_name: 'double',
        user_id: user,
        user_name: PEOPLE[user] ?? user,
        api_app_id: BOT.app_id,
        response_url: `${this.url}/response/${user}`,
        trigger_id: this.dialogs.trigger(user, teamOf(channel)),
      },
    });
  }

  /** Sends off the newest dialog that a person has open, once there is one. */
  async submit(user: string, filled: string | Record<string, string>): Promise<OpenDialog> {
    const dialog = await until('a dialog is open', () =>
      this.dialogs.open.findLast((item) => item.user === user),
    );
    return this.sendOff(dialog, filled);
  }

  /** Sends off one dialog; where the app does not take it, it stays open. */
  async sendOff(dialog: OpenDialog, filled: string | Record<string, string>): Promise<OpenDialog> {
    const payload = this.dialogs.submission(dialog, filled);
    const receipt = await this.deliver({ kind: 'interactive', payload });
    if (receipt.isAcknowledged) this.dialogs.answered(dialog, receipt.answer);
    return dialog;
  }

  /** Somebody takes the app out of a workspace. */
  uninstall(team: string): void {
    this.oauth.revoke(team);
    this.deliverEvent({ type: 'tokens_revoked', tokens: { oauth: [], bot: [BOT.user_id] } }, team);
    this.deliverEvent({ type: 'app_uninstalled' }, team);
  }

  #act(user: string, channel: string, where: Record<string, unknown>, action: Record<string, unknown>): void {
    if (!isInteractive) return;
    void this.deliver({
      kind: 'interactive',
      payload: {
        type: 'block_actions',
        token: VERIFICATION,
        team: { id: teamOf(channel), domain: 'double' },
        user: { id: user, username: PEOPLE[user], name: PEOPLE[user], team_id: teamOf(channel) },
        api_app_id: BOT.app_id,
        ...where,
        channel: { id: channel, name: 'double' },
        response_url: `${this.url}/response/${user}`,
        trigger_id: this.dialogs.trigger(user, teamOf(channel)),
        actions: [{ ...action, action_ts: this.workspace.nextTs() }],
      },
    });
  }
}

/** What a view has not set. */
const UNSET = {
  callback_id: '',
  private_metadata: '',
  title: { type: 'plain_text', text: 'View Title', emoji: true },
  close: null,
  submit: null,
  state: { values: {} },
};

/** What a click tells of the message that its button stands in. */
function messageParts({ channel, ts, thread_ts, text }: SlackMessage): Record<string, unknown> {
  return {
    container: { type: 'message', message_ts: ts, channel_id: channel, thread_ts },
    message: { type: 'message', ts, text, ...(thread_ts ? { thread_ts } : {}) },
  };
}

/** What Slack tells of a menu of which somebody has picked what it offers; no more than it takes. */
function picked(blocks: unknown, actionId: string, values: readonly string[]): Record<string, unknown> {
  const menu = menusOf(parseBlocks(blocks)).find(({ action_id }) => action_id === actionId);
  const options = menu?.options.filter(({ value }) => values.includes(value)) ?? [];
  const most = menu?.type === 'multi_static_select' ? (menu.max_selected_items ?? options.length) : 1;
  if (menu === undefined || options.length !== values.length || options.length > most)
    throw new Error(`there is no menu "${actionId}" with "${values}"`);
  const { type, block_id = 'b' } = menu;
  const chosen =
    type === 'multi_static_select' ? { selected_options: options } : { selected_option: options[0] };
  return { type, action_id: actionId, block_id, ...chosen };
}

const menusOf = (blocks: readonly Block[]) =>
  blocks.flatMap((block) => {
    const all = block.type === 'actions' ? block.elements : block.type === 'section' ? [block.accessory] : [];
    return all.flatMap((one) =>
      one?.type === 'static_select' || one?.type === 'multi_static_select' || one?.type === 'overflow'
        ? [{ ...one, block_id: block.block_id }]
        : [],
    );
  });

function buttonIn(blocks: readonly Block[], actionId: string) {
  const found = blocks
    .flatMap((block) => (block.type === 'actions' ? block.elements : []))
    .find((element) => element.action_id === actionId);
  return found?.type === 'button' ? found : undefined;
}
