import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { until } from '../../support/until.ts';
import { bodyOf, bytesOf, type Listening, listen, sendJson } from '../http.ts';
import {
  deliverWithRetries,
  HttpTransport,
  type Notice,
  type Receipt,
  SocketTransport,
  type Transport,
} from './delivery.ts';
import { Dialogs, type OpenDialog } from './dialogs.ts';
import { hasCommand, hasShortcut, isInteractive, isSubscribed, mayCall } from './manifest.ts';
import { Oauth } from './oauth.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { type Block, parseBlocks, parseHome, refusalOf } from './rules.ts';
import { Uploads } from './uploads.ts';
import { BOT, GROUPS, OTHERS, PEOPLE, type SlackMessage, teamOf, Workspace } from './workspace.ts';

export type SlackDoubleOptions = {
  port?: number;
  /** Factor on all rate limits; 1 is Slack's own. */
  rateScale?: number;
  /** Waits before an unacknowledged delivery is made again. */
  retryWaitsMs?: readonly number[];
};

type Arguments = Record<string, unknown>;
type Answer = { ok: true; [key: string]: unknown } | { ok: false; error: string };

/** One call that the app made, as it was answered. */
export type Call = { method: string; arguments: Arguments; error: string | undefined; at: number };

type SharedText = { name: string; text: string | Buffer };

export type Ephemeral = { user: string | undefined; text: string; channel?: string; blocks?: unknown };

/**
 * Slack, as far as a bot meets it: the Web API with its rules and limits, Socket Mode or signed HTTP deliveries,
 * interactivity with response_url. What people do is a method call on it; what they would see is in `workspace`.
 */
export class SlackDouble {
  readonly workspace = new Workspace();
  readonly dialogs = new Dialogs();
  readonly uploads = new Uploads();
  readonly oauth = new Oauth();
  /** What the Home tab shows to whom. */
  readonly homes = new Map<string, Block[]>();
  /** What threads of the assistant panel offer to begin with, by channel and thread. */
  readonly prompts = new Map<string, { title: string; message: string }[]>();
  readonly calls: Call[] = [];
  /** What only one person was told, through a response_url or chat.postEphemeral. */
  readonly ephemerals: Ephemeral[] = [];
  /** Fails the next calls of a method: each entry is used once. 'drop' does the work and cuts the answer. */
  readonly faults: { method: string; fault: string | number | 'drop' }[] = [];
  /** Asked for every call that no fault is set for. */
  disturb: (method: string) => string | number | 'drop' | undefined = () => undefined;
  /** Whether the next attempt at a delivery is lost on its way. */
  loses: () => boolean = () => false;
  /** Makes every call with a bot token fail with this code. */
  tokenError: string | undefined;
  readonly #limits: RateLimits;
  readonly #retryWaitsMs: readonly number[];
  #listening: Listening | undefined;
  #socket: SocketTransport | undefined;
  #http: HttpTransport | undefined;

  constructor(options: SlackDoubleOptions = {}) {
    this.#limits = createRateLimits(options.rateScale ?? 1);
    this.#retryWaitsMs = options.retryWaitsMs ?? [300, 1_000, 3_000, 5_000, 10_000];
  }

  static async start(options: SlackDoubleOptions = {}): Promise<SlackDouble> {
    const slack = new SlackDouble(options);
    slack.#listening = await listen((request, response) => slack.#handle(request, response), options.port);
    slack.#socket = new SocketTransport(slack.#listening.server);
    return slack;
  }

  get url(): string {
    if (this.#listening === undefined) throw new Error('the Slack double has not been started');
    return this.#listening.url;
  }

  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  get connections(): number {
    return this.#socket?.connections ?? 0;
  }

  /** Delivers to a request URL from now on, instead of over sockets. */
  useHttp(url: string, signingSecret: string): void {
    this.#http = new HttpTransport(url, signingSecret);
  }

  /** Cuts the app's socket connections. */
  disconnect(): void {
    this.#socket?.disconnect();
  }

  async close(): Promise<void> {
    this.#socket?.close();
    await this.#listening?.close();
  }

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

  mention(user: string, channel: string, text: string, thread?: string): SlackMessage {
    return this.say(user, channel, `<@${BOT.user_id}> ${text}`, thread);
  }

  /** Tells the app of a message; again, where a test wants a delivery made twice. */
  deliverMessage(message: SlackMessage): void {
    const isDirect = message.channel.startsWith('D');
    const { channel, user, text, ts, thread_ts, bot_id, files } = message;
    const event = {
      ...(files ? { files, subtype: 'file_share' } : {}),
      channel,
      user,
      text,
      ts,
      ...(thread_ts ? { thread_ts } : {}),
      ...(bot_id ? { bot_id } : {}),
      team: BOT.team_id,
    };
    this.#event({ type: 'message', channel_type: isDirect ? 'im' : 'channel', ...event });
    if (!isDirect && text.includes(`<@${BOT.user_id}>`)) this.#event({ type: 'app_mention', ...event });
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

  editMessage(message: SlackMessage, text: string): void {
    const previous_message = { ts: message.ts, text: message.text, user: message.user };
    this.workspace.edit(message, { text });
    const { channel, ts, user } = message;
    const changed = { type: 'message', ts, text, user };
    this.#event({
      type: 'message',
      subtype: 'message_changed',
      channel,
      ts,
      message: changed,
      previous_message,
    });
  }

  deleteMessage(message: SlackMessage): void {
    this.workspace.delete(message);
    const { channel, ts: deleted_ts } = message;
    this.#event({ type: 'message', subtype: 'message_deleted', channel, ts: deleted_ts, deleted_ts });
  }

  /** A person clicks a button of a message. */
  click(user: string, message: SlackMessage, actionId: string): void {
    const button = parseBlocks(message.blocks)
      .flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find((element) => element.action_id === actionId);
    if (button?.type !== 'button') throw new Error(`the message has no button "${actionId}"`);
    this.clickValue(user, message, actionId, button.value ?? '');
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

  /** A person picks an option of a menu. */
  pick(user: string, message: SlackMessage, actionId: string, value: string): void {
    const [block, menu] = parseBlocks(message.blocks)
      .flatMap((item) =>
        item.type === 'actions' ? item.elements.map((element) => [item, element] as const) : [],
      )
      .find(([, element]) => element.action_id === actionId) ?? [undefined, undefined];
    const isMenu = menu?.type === 'static_select' || menu?.type === 'overflow';
    const option = isMenu && menu.options.find((item) => item.value === value);
    if (!option) throw new Error(`the message has no menu "${actionId}" with "${value}"`);
    this.#act(user, message.channel, messageParts(message), {
      type: menu?.type,
      action_id: actionId,
      block_id: block?.block_id,
      selected_option: option,
    });
  }

  /** A person uses the app's shortcut on a message. */
  useShortcut(user: string, message: SlackMessage, callbackId: string): void {
    if (!hasShortcut(callbackId)) throw new Error(`the app has no shortcut ${callbackId}`);
    const { channel, ts, thread_ts, text } = message;
    void this.#deliver({
      kind: 'interactive',
      payload: {
        type: 'message_action',
        callback_id: callbackId,
        trigger_id: this.dialogs.trigger(user),
        message_ts: ts,
        response_url: `${this.url}/response/${user}`,
        team: { id: BOT.team_id, domain: 'double' },
        user: { id: user, name: PEOPLE[user], team_id: BOT.team_id },
        api_app_id: BOT.app_id,
        channel: { id: channel, name: 'double' },
        message: { type: 'message', ts, user: message.user, text, ...(thread_ts ? { thread_ts } : {}) },
      },
    });
  }

  /** A person opens the app's Home tab. */
  openHome(user: string): void {
    this.#event({
      type: 'app_home_opened',
      user,
      channel: 'D0ADA',
      tab: 'home',
      ts: this.workspace.nextTs(),
    });
  }

  /** A person clicks a button of their Home tab: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload. */
  clickHome(user: string, actionId: string): void {
    const button = (this.homes.get(user) ?? [])
      .flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find((element) => element.action_id === actionId);
    if (button?.type !== 'button') throw new Error(`the Home tab has no button "${actionId}"`);
    const action = {
      type: 'button',
      action_id: actionId,
      block_id: 'b',
      value: button.value ?? '',
      action_ts: this.workspace.nextTs(),
    };
    void this.#deliver({
      kind: 'interactive',
      payload: {
        type: 'block_actions',
        trigger_id: this.dialogs.trigger(user),
        team: { id: BOT.team_id, domain: 'double' },
        user: { id: user, name: PEOPLE[user], team_id: BOT.team_id },
        api_app_id: BOT.app_id,
        container: { type: 'view', view_id: 'V0HOME' },
        view: { id: 'V0HOME', type: 'home' },
        actions: [action],
      },
    });
  }

  /** A person opens the assistant panel: a new thread in their direct message with the app. */
  openPanel(user: string, channel = 'D0ADA'): string {
    const thread = this.workspace.nextTs();
    this.workspace.panels.set(`${channel}/${thread}`, undefined);
    this.#event({
      type: 'assistant_thread_started',
      assistant_thread: { user_id: user, context: {}, channel_id: channel, thread_ts: thread },
      ts: thread,
    });
    return thread;
  }

  /** A person uses the app's slash command. */
  slash(user: string, channel: string, text: string, command = '/ml-intern'): void {
    if (!hasCommand(command)) throw new Error(`${command} is not a valid command`);
    void this.#deliver({
      kind: 'slash_commands',
      payload: {
        command,
        text,
        team_id: BOT.team_id,
        team_domain: 'double',
        channel_id: channel,
        channel_name: 'double',
        user_id: user,
        user_name: PEOPLE[user] ?? user,
        api_app_id: BOT.app_id,
        response_url: `${this.url}/response/${user}`,
        trigger_id: this.dialogs.trigger(user),
      },
    });
  }

  /** A person clicks a button of something that only they see. */
  clickPrivate(user: string, channel: string, { blocks }: Ephemeral, actionId: string): void {
    const button = parseBlocks(blocks)
      .flatMap((block) => (block.type === 'actions' ? block.elements : []))
      .find((element) => element.action_id === actionId);
    if (button?.type !== 'button') throw new Error(`there is no button "${actionId}"`);
    const container = {
      type: 'message',
      message_ts: this.workspace.nextTs(),
      channel_id: channel,
      is_ephemeral: true,
    };
    const action = { type: 'button', action_id: actionId, block_id: 'b', value: button.value ?? '' };
    this.#act(user, channel, { container }, action);
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
    const receipt = await this.#deliver({ kind: 'interactive', payload });
    if (receipt.isAcknowledged) this.dialogs.answered(dialog, receipt.answer);
    return dialog;
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

  /** A click whose button the message may no longer have: an old card on a slow phone. */
  clickValue(user: string, message: SlackMessage, actionId: string, value: string): void {
    const action = { type: 'button', action_id: actionId, block_id: 'b', value };
    this.#act(user, message.channel, messageParts(message), action);
  }

  #act(user: string, channel: string, where: Record<string, unknown>, action: Record<string, unknown>): void {
    if (!isInteractive) return;
    void this.#deliver({
      kind: 'interactive',
      payload: {
        type: 'block_actions',
        team: { id: teamOf(channel), domain: 'double' },
        user: { id: user, username: PEOPLE[user], team_id: BOT.team_id },
        api_app_id: BOT.app_id,
        ...where,
        channel: { id: channel, name: 'double' },
        response_url: `${this.url}/response/${user}`,
        trigger_id: this.dialogs.trigger(user),
        actions: [{ ...action, action_ts: this.workspace.nextTs() }],
      },
    });
  }

  #event(event: Record<string, unknown>, team_id = teamOf(String(event.channel ?? ''))): void {
    if (!isSubscribed(event)) return;
    void this.#deliver({
      kind: 'events_api',
      payload: {
        type: 'event_callback',
        event_id: `Ev${this.workspace.nextTs().replace('.', '')}`,
        event_time: Math.floor(Date.now() / 1000),
        team_id,
        api_app_id: BOT.app_id,
        authorizations: [
          {
            team_id,
            user_id: BOT.user_id,
            is_bot: true,
            enterprise_id: null,
            is_enterprise_install: false,
          },
        ],
        event: { event_ts: event.ts, ...event },
      },
    });
  }

  #deliver(notice: Notice): Promise<Receipt> {
    const transport = (): Transport | undefined => this.#http ?? this.#socket;
    // Clicks are not made again: the person sees that nothing happened and clicks once more.
    const waits = notice.kind === 'events_api' ? this.#retryWaitsMs : [];
    return deliverWithRetries(transport, notice, waits, this.loses);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    if (pathname.startsWith('/upload/')) {
      const file = this.uploads.find(pathname.slice(8));
      if (file === undefined) return sendJson(response, 404, { ok: false, error: 'not_found' });
      file.bytes = await formFile(request);
      response.writeHead(200, { 'content-type': 'text/plain' });
      return void response.end('OK');
    }
    if (pathname.startsWith('/files/')) return this.#download(request, response, pathname.slice(7));
    if (pathname.startsWith('/response/')) return this.#respond(request, response, pathname.slice(10));
    if (!pathname.startsWith('/api/')) return sendJson(response, 404, { ok: false, error: 'not_found' });
    const method = pathname.slice(5);
    const args = argumentsOf(request, await bodyOf(request));
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? String(args.token ?? '');
    await this.#call(method, args, token, response);
  }

  async #call(method: string, args: Arguments, token: string, response: ServerResponse): Promise<void> {
    const fault = this.#faultFor(method);
    const log = (error?: string) => this.calls.push({ method, arguments: args, error, at: Date.now() });
    if (typeof fault === 'number') {
      log(`status ${fault}`);
      if (fault === 429)
        return sendJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '1' });
      return sendJson(response, fault, { ok: false });
    }
    const wait = this.#limits.check(method, typeof args.channel === 'string' ? args.channel : undefined);
    if (wait !== undefined) {
      log('ratelimited');
      return sendJson(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(wait) });
    }
    const answer: Answer =
      fault && fault !== 'drop' ? { ok: false, error: fault } : this.#answer(method, args, token);
    log(answer.ok ? undefined : answer.error);
    if (fault === 'drop') return void response.destroy();
    sendJson(response, 200, answer);
  }

  #faultFor(method: string): string | number | undefined {
    const index = this.faults.findIndex((fault) => fault.method === method);
    return index === -1 ? this.disturb(method) : this.faults.splice(index, 1)[0]?.fault;
  }

  #answer(method: string, args: Arguments, token: string): Answer {
    if (method === 'apps.connections.open') {
      if (!token.startsWith('xapp-')) return { ok: false, error: 'invalid_auth' };
      return { ok: true, url: `${this.url.replace('http', 'ws')}/socket` };
    }
    if (method === 'oauth.v2.access') return this.oauth.access(args) as Answer;
    if (this.oauth.isUsed) return this.#answerInstalled(method, args, token);
    if (!token.startsWith('xoxb-')) return { ok: false, error: token ? 'invalid_auth' : 'not_authed' };
    if (this.tokenError !== undefined) return { ok: false, error: this.tokenError };
    if (!mayCall(method)) return { ok: false, error: 'missing_scope' };
    const handler = METHODS[method];
    return handler ? handler(this, args) : { ok: false, error: 'unknown_method' };
  }

  /** A token of an installed app reaches its own workspace and no other. */
  #answerInstalled(method: string, args: Arguments, token: string): Answer {
    const granted = this.oauth.teamOf(token);
    if ('error' in granted) return { ok: false, error: granted.error };
    if (!mayCall(method)) return { ok: false, error: 'missing_scope' };
    const channel = args.channel ?? args.channel_id;
    if (channel !== undefined && teamOf(String(channel)) !== granted.team) {
      return { ok: false, error: 'channel_not_found' };
    }
    const answer = METHODS[method]?.(this, args) ?? { ok: false as const, error: 'unknown_method' };
    if (!answer.ok) return answer;
    if (method === 'auth.test') return { ...answer, team_id: granted.team };
    if (method !== 'users.info') return answer;
    return { ...answer, user: { ...Object(answer.user), team_id: granted.team } };
  }

  /** Somebody takes the app out of a workspace. */
  uninstall(team: string): void {
    this.oauth.revoke(team);
    this.#event({ type: 'tokens_revoked', tokens: { oauth: [], bot: [BOT.user_id] } }, team);
    this.#event({ type: 'app_uninstalled' }, team);
  }

  /** Who may not read a file is sent to a page to sign in. */
  #download(request: IncomingMessage, response: ServerResponse, id: string): void {
    const file = this.uploads.find(id);
    const isAllowed = request.headers.authorization?.startsWith('Bearer xoxb-') && mayCall('files.info');
    response.writeHead(200, { 'content-type': isAllowed ? 'text/plain' : 'text/html' });
    response.end(isAllowed ? file?.bytes : '<html>Sign in</html>');
  }

  async #respond(request: IncomingMessage, response: ServerResponse, user: string): Promise<void> {
    const body = JSON.parse(await bodyOf(request)) as {
      text?: string;
      response_type?: string;
      blocks?: unknown;
    };
    const refusal = refusalOf(body.text, body.blocks);
    if (refusal) return sendJson(response, 400, { ok: false, error: refusal });
    if (body.response_type === 'ephemeral')
      this.ephemerals.push({ user, text: body.text ?? '', blocks: body.blocks });
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end('ok');
  }
}

/** What a click tells of the message that its button stands in. */
function messageParts({ channel, ts, thread_ts, text }: SlackMessage): Record<string, unknown> {
  return {
    container: { type: 'message', message_ts: ts, channel_id: channel, thread_ts },
    message: { type: 'message', ts, text, ...(thread_ts ? { thread_ts } : {}) },
  };
}

const METHODS: Readonly<Record<string, (slack: SlackDouble, args: Arguments) => Answer>> = {
  'auth.test': () => ({
    ok: true,
    url: 'https://double.slack.com/',
    team: 'Double',
    user: 'ml-intern',
    ...BOT,
  }),

  'users.info'(_slack, { user }) {
    const name = PEOPLE[String(user)];
    if (name === undefined) return { ok: false, error: 'user_not_found' };
    return {
      ok: true,
      user: {
        id: user,
        team_id: BOT.team_id,
        name: name.toLowerCase(),
        profile: { display_name: name, real_name: name },
        is_restricted: false,
        is_ultra_restricted: false,
        ...OTHERS[String(user)],
      },
    };
  },

  'usergroups.users.list'(_slack, { usergroup }) {
    const users = GROUPS[String(usergroup)];
    return users ? { ok: true, users } : { ok: false, error: 'no_such_subteam' };
  },

  'views.open'({ dialogs }, { trigger_id, view }) {
    const opened = dialogs.show(String(trigger_id), view);
    return 'error' in opened ? { ok: false, ...opened } : { ok: true, view: opened };
  },

  'views.publish'({ homes }, { user_id, view }) {
    const blocks = parseHome(view);
    if (blocks === undefined) return { ok: false, error: 'invalid_arguments' };
    homes.set(String(user_id), blocks);
    return { ok: true, view: { id: 'VHOME' } };
  },

  'reactions.add'({ workspace }, { channel, timestamp, name }) {
    const message = workspace.find(String(channel), String(timestamp));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (message.reactions.has(String(name))) return { ok: false, error: 'already_reacted' };
    workspace.react(message, String(name), true);
    return { ok: true };
  },

  'reactions.remove'({ workspace }, { channel, timestamp, name }) {
    const message = workspace.find(String(channel), String(timestamp));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (!message.reactions.has(String(name))) return { ok: false, error: 'no_reaction' };
    workspace.react(message, String(name), false);
    return { ok: true };
  },

  'files.getUploadURLExternal'({ uploads, url }, { filename }) {
    const { id } = uploads.begin(String(filename));
    return { ok: true, upload_url: `${url}/upload/${id}`, file_id: id };
  },

  'files.completeUploadExternal'({ uploads, workspace, url }, args) {
    const wanted = args.files as { id: string; title?: string }[];
    const files = wanted.map(({ id }) => uploads.find(id)).filter((file) => file !== undefined);
    if (files.length !== wanted.length) return { ok: false, error: 'file_not_found' };
    for (const file of files) file.isShared = true;
    workspace.add({
      channel: String(args.channel_id),
      thread_ts: args.thread_ts === undefined ? undefined : String(args.thread_ts),
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text: String(args.initial_comment ?? ''),
      blocks: undefined,
      files: files.map((file) => uploads.describe(file, url)),
      metadata: undefined,
    });
    return { ok: true, files: files.map(({ id, name }) => ({ id, title: name })) };
  },

  'files.delete'({ uploads, workspace }, { file: id }) {
    const file = uploads.find(String(id));
    if (file === undefined) return { ok: false, error: 'file_not_found' };
    file.isShared = false;
    const message = workspace.withFile(file.id);
    if (message) workspace.delete(message);
    return { ok: true };
  },

  'chat.postEphemeral'({ ephemerals }, { user, text }) {
    ephemerals.push({ user: String(user), text: String(text) });
    return { ok: true, message_ts: '1.1' };
  },

  'chat.postMessage'({ workspace }, args) {
    const channel = String(args.channel);
    if (!workspace.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    const thread_ts = args.thread_ts === undefined ? undefined : String(args.thread_ts);
    const refusal = refusalOf(textOf(args), args.blocks);
    if (refusal) return { ok: false, error: refusal };
    const message = workspace.add({
      channel,
      thread_ts,
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text: textOf(args) ?? '',
      blocks: args.blocks,
      metadata: args.metadata as SlackMessage['metadata'],
    });
    return { ok: true, channel, ts: message.ts, message: { ts: message.ts, text: message.text } };
  },

  'chat.update'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (message.user !== BOT.user_id) return { ok: false, error: 'cant_update_message' };
    if (message.isStreaming) return { ok: false, error: 'streaming_state_conflict' };
    const refusal = refusalOf(textOf(args), args.blocks);
    if (refusal) return { ok: false, error: refusal };
    const metadata = args.metadata as SlackMessage['metadata'];
    workspace.edit(message, {
      text: textOf(args) ?? '',
      blocks: args.blocks,
      ...(metadata ? { metadata } : {}),
    });
    return { ok: true, channel: message.channel, ts: message.ts, text: message.text };
  },

  // https://docs.slack.dev/reference/methods/chat.startStream
  'chat.startStream'({ workspace }, args) {
    const channel = String(args.channel);
    if (!workspace.channels.has(channel)) return { ok: false, error: 'channel_not_found' };
    if (args.thread_ts === undefined) return { ok: false, error: 'invalid_arguments' };
    const isDirect = channel.startsWith('D');
    if (!isDirect && !args.recipient_user_id) return { ok: false, error: 'missing_recipient_user_id' };
    if (!isDirect && !args.recipient_team_id) return { ok: false, error: 'missing_recipient_team_id' };
    const chunks = parseChunks(args.chunks);
    if (chunks === undefined) return { ok: false, error: 'invalid_chunks' };
    const text = textIn(chunks);
    if (text.length > 12_000) return { ok: false, error: 'msg_too_long' };
    const message = workspace.add({
      channel,
      thread_ts: String(args.thread_ts),
      user: BOT.user_id,
      bot_id: BOT.bot_id,
      text,
      blocks: undefined,
      metadata: undefined,
      isStreaming: true,
      tasks: tasksAfter({}, chunks),
    });
    return { ok: true, channel, ts: message.ts };
  },

  'chat.appendStream'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (!message.isStreaming) return { ok: false, error: 'message_not_in_streaming_state' };
    const chunks = parseChunks(args.chunks);
    if (chunks === undefined) return { ok: false, error: 'invalid_chunks' };
    message.tasks = tasksAfter(message.tasks ?? {}, chunks);
    workspace.edit(message, { text: message.text + textIn(chunks) });
    return { ok: true, channel: message.channel, ts: message.ts };
  },

  'chat.stopStream'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (!message.isStreaming) return { ok: false, error: 'message_not_in_streaming_state' };
    message.isStreaming = false;
    return { ok: true, channel: message.channel, ts: message.ts };
  },

  'assistant.threads.setSuggestedPrompts'({ workspace, prompts }, args) {
    const key = `${args.channel_id}/${args.thread_ts}`;
    if (!workspace.panels.has(key)) return { ok: false, error: 'invalid_thread_ts' };
    const wanted = typeof args.prompts === 'string' ? JSON.parse(args.prompts) : args.prompts;
    const parsed = Prompts.safeParse(wanted);
    if (!parsed.success) return { ok: false, error: 'invalid_arguments' };
    prompts.set(key, parsed.data);
    return { ok: true };
  },

  'assistant.threads.setTitle'({ workspace }, args) {
    const key = `${args.channel_id}/${args.thread_ts}`;
    if (!workspace.panels.has(key)) return { ok: false, error: 'invalid_thread_ts' };
    workspace.panels.set(key, String(args.title));
    return { ok: true };
  },

  'chat.delete'({ workspace }, args) {
    const message = workspace.find(String(args.channel), String(args.ts));
    if (message === undefined) return { ok: false, error: 'message_not_found' };
    if (message.user !== BOT.user_id) return { ok: false, error: 'cant_delete_message' };
    workspace.delete(message);
    return { ok: true, channel: message.channel, ts: message.ts };
  },

  'conversations.history'({ workspace }, args) {
    if (!workspace.channels.has(String(args.channel))) return { ok: false, error: 'channel_not_found' };
    return pageOf(workspace.topLevel(String(args.channel)), args);
  },

  'conversations.replies'({ workspace }, args) {
    const thread = workspace.thread(String(args.channel), String(args.ts));
    if (thread.length === 0) return { ok: false, error: 'thread_not_found' };
    return pageOf(thread, args);
  },
};

/** One page of messages newer than `oldest`, as both methods answer. */
function pageOf(all: readonly SlackMessage[], args: Arguments): Answer {
  const oldest = Number(args.oldest ?? 0);
  const latest = Number(args.latest ?? Number.POSITIVE_INFINITY);
  const thread = all.filter(({ ts }) => Number(ts) > oldest && Number(ts) < latest);
  const from = Number(args.cursor ?? 0);
  const limit = Math.min(Number(args.limit ?? 100), 1_000);
  const withMetadata = args.include_all_metadata === 'true' || args.include_all_metadata === true;
  const messages = thread
    .slice(from, from + limit)
    .map(({ metadata, edits: _edits, reactions: _reactions, ...message }) => ({
      type: 'message',
      ...message,
      ...(withMetadata && metadata ? { metadata } : {}),
    }));
  const next = from + limit < thread.length ? String(from + limit) : '';
  return { ok: true, messages, has_more: next !== '', response_metadata: { next_cursor: next } };
}

/** https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts: four at most. */
const Prompts = z
  .array(z.strictObject({ title: z.string().min(1), message: z.string().min(1) }))
  .min(1)
  .max(4);

const textOf = (args: Arguments) => (typeof args.text === 'string' ? args.text.slice(0, 40_000) : undefined);

/** The Web API takes JSON, or a form whose structured values are JSON texts. */
function argumentsOf(request: IncomingMessage, body: string): Arguments {
  if (request.headers['content-type']?.startsWith('application/json'))
    return JSON.parse(body || '{}') as Arguments;
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]): [string, unknown] => [
      key,
      STRUCTURED.has(key) ? JSON.parse(value) : value,
    ]),
  );
}

/** The one file of a multipart form. */
async function formFile(request: IncomingMessage): Promise<Buffer> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(await bytesOf(request), { headers }).formData();
  const [file] = [...form.values()];
  return file instanceof Blob ? Buffer.from(await file.arrayBuffer()) : Buffer.from(file ?? '');
}

const STRUCTURED = new Set(['blocks', 'metadata', 'attachments', 'view', 'files']);

/** https://docs.slack.dev/reference/methods/chat.appendStream, "Using the chunks parameter". */
const Chunk = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('markdown_text'), text: z.string().min(1).max(12_000) }),
  z.strictObject({ type: z.literal('plan_update'), title: z.string().min(1) }),
  z.strictObject({
    type: z.literal('task_update'),
    id: z.string().min(1),
    title: z.string().min(1),
    status: z.enum(['pending', 'in_progress', 'complete', 'error']),
  }),
]);

/** Undefined where Slack would not take them. */
function parseChunks(given: unknown): z.infer<typeof Chunk>[] | undefined {
  const value: unknown = typeof given === 'string' ? JSON.parse(given) : given;
  return z.array(Chunk).min(1).safeParse(value).data;
}

const textIn = (chunks: readonly z.infer<typeof Chunk>[]): string =>
  chunks.map((chunk) => (chunk.type === 'markdown_text' ? chunk.text : '')).join('');

const tasksAfter = (
  before: Readonly<Record<string, string>>,
  chunks: readonly z.infer<typeof Chunk>[],
): Record<string, string> => ({
  ...before,
  ...Object.fromEntries(
    chunks.flatMap((chunk) => (chunk.type === 'task_update' ? [[chunk.title, chunk.status]] : [])),
  ),
});
