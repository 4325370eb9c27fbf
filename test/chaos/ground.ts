import { translate as inDiscord } from '../../adapters/discord/components.ts';
import { markOf } from '../../adapters/discord/ids.ts';
import { callsOf } from '../../adapters/slack/actions.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { seenOf } from '../../src/thread/actions.ts';
import { OUTAGE_KEY } from '../../src/thread/outage.ts';
import type { Payload } from '../../src/thread/outbound.ts';
import type { ViewMessage } from '../../src/thread/view-message.ts';
import { CHANNELS, type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import { DiscordDouble, flat } from '../doubles/discord/server.ts';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { inSlack } from '../support/slack-view.ts';
import type { Chance } from './random.ts';

/** A thread, by what the platform knows it by. */
export type ThreadRef = { channel: string; id: string };

/** A message of the bot: `key` is that of its post, where it can be told. */
type Post = { key: string; text: string; isSame(payload: Payload): boolean };

/** A platform under attack: what people do on it, and what can be seen of it from outside. */
export type Ground = {
  environment: Record<string, string>;
  isConnected(): boolean;
  /** Somebody asks in a channel, or goes on in a thread; some deliveries are made twice. */
  ask(text: string, chance: Chance, thread?: ThreadRef): ThreadRef;
  /** Words of the bot in a thread. */
  said(thread: ThreadRef): string[];
  /** Cards that wait for a decision. */
  open(
    thread: ThreadRef,
  ): { callId: string; click(who: 'ada' | 'grace', verdict: 'approve' | 'reject'): void }[];
  /** Dialogs that are open. One that says why it was not taken has failed. */
  dialogs(): { id: string; hasFailed: boolean; close(): void; send(reason: string): void }[];
  /** What a message of the view should look like. */
  translate(message: ViewMessage, divisor: number): readonly Payload[];
  /** Posts of a thread, by their keys out of `keys`; others have the key ''. */
  posts(address: ThreadAddress, keys: readonly string[]): Post[];
  /** Reactions of the bot on a message, and the one that a payload wants there. */
  marks(address: ThreadAddress, payload: Payload): { found: string[]; wanted: string };
  /** Disturbs the wire from now on. */
  disturb(chance: Chance, count: <T>(name: string, fault: T) => T): void;
  calm(): void;
  cut(): void;
  close(): Promise<void>;
};

export async function slackGround(): Promise<Ground> {
  const slack = await SlackDouble.start({ rateScale: 8 });
  const inThread = ({ channel, id }: ThreadRef) =>
    slack.workspace.thread(channel, id).filter((message) => message.bot_id !== undefined);
  return {
    environment: {
      SLACK_API_URL: slack.apiUrl,
      SLACK_RATE_FACTOR: '8',
      SLACK_BOT_TOKEN: 'xoxb-chaos-chaos-chaos',
      SLACK_APP_TOKEN: 'xapp-chaos-chaos-chaos',
    },
    isConnected: () => slack.connections > 0,
    ask(text, chance, thread) {
      const message = thread
        ? slack.say('U0ADA', thread.channel, text, thread.id)
        : slack.mention('U0ADA', chance.pick(['C0ML', 'C0OPS']), text);
      if (chance.is(0.15)) slack.deliverMessage(message);
      return thread ?? { channel: message.channel, id: message.ts };
    },
    said: (thread) => inThread(thread).map(({ text }) => text),
    open: (thread) =>
      inThread(thread).flatMap((card) => {
        const button = parseBlocks(card.blocks)
          .flatMap((block) => (block.type === 'actions' ? block.elements : []))
          .find((element) => element.action_id === 'approve');
        const callId = button?.type === 'button' ? callsOf(button.value ?? '')[0]?.toolCallId : undefined;
        const click = (who: 'ada' | 'grace', verdict: 'approve' | 'reject') =>
          slack.click(who === 'ada' ? 'U0ADA' : 'U0GRACE', card, verdict);
        return callId === undefined ? [] : [{ callId, click }];
      }),
    dialogs: () =>
      slack.dialogs.open.map((dialog) => ({
        id: dialog.id,
        hasFailed: dialog.errors !== undefined,
        close: () => slack.dialogs.close(dialog),
        send: (reason) => void slack.sendOff(dialog, reason).catch(() => {}), // sent again with a later look
      })),
    translate: inSlack,
    posts: ({ channel, thread }) =>
      inThread({ channel, id: thread })
        // Said without the record, while it was away: whoever said so may have died before taking it back.
        .filter((message) => message.metadata?.event_payload.key !== OUTAGE_KEY)
        .map((message) => ({
          key: String(message.metadata?.event_payload.key ?? ''),
          text: message.text,
          isSame: (payload) => isSame(message, payload),
        })),
    marks({ channel }, { reaction }) {
      const { on, name } = reaction as { on: string; name: string };
      return { found: [...(slack.workspace.find(channel, on)?.reactions ?? [])], wanted: name };
    },
    disturb(chance, count) {
      slack.loses = () => chance.is(0.05) && count('delivery lost', true);
      slack.disturb = (method) => {
        if (!method.startsWith('chat.') && method !== 'conversations.replies') return undefined;
        if (chance.is(0.01)) return count('Slack 429', 429);
        if (chance.is(0.01)) return count('Slack 503', 503);
        return chance.is(0.015) ? count('Slack answer dropped', 'drop' as const) : undefined;
      };
    },
    calm() {
      slack.disturb = () => undefined;
      slack.loses = () => false;
    },
    cut: () => slack.disconnect(),
    close: () => slack.close(),
  };
}

const isSame = (post: SlackMessage, payload: Payload) =>
  post.text === payload.text && JSON.stringify(post.blocks) === JSON.stringify(payload.blocks);

/** Discord delivers nothing twice by itself, but every process of the bot is told of everything. */
export async function discordGround(): Promise<Ground> {
  const discord = await DiscordDouble.start({ rateScale: 8 });
  const { guild } = discord;
  const inThread = (id: string) => guild.in(id).filter(({ author }) => author.bot);
  const words = (message: DiscordMessage) =>
    [message.content, ...flat(message.components).map(({ content }) => content ?? '')].join('\n');
  let cuts = 0;
  return {
    environment: { DISCORD_TOKEN: discord.token, DISCORD_API_URL: `${discord.url}/api` },
    isConnected: () => discord.gateway.connections > 0,
    ask(text, chance, thread) {
      const message = thread
        ? discord.say('ada', thread.id, text)
        : discord.mention('ada', chance.pick([CHANNELS.ml, CHANNELS.ops]), text);
      if (chance.is(0.15)) discord.deliver(message);
      return thread ?? { channel: message.channel_id, id: message.id };
    },
    said: ({ id }) => inThread(id).map(words),
    open: ({ id }) =>
      inThread(id).flatMap((card) => {
        const button = flat(card.components).find((part) => part.custom_id?.startsWith('approve|c_'));
        const callId = seenOf(button?.custom_id?.split('|')[1] ?? '')?.toolCallId;
        const click = (who: 'ada' | 'grace', verdict: 'approve' | 'reject') =>
          discord.click(who, card, `${verdict}|c_`);
        return callId === undefined ? [] : [{ callId, click }];
      }),
    dialogs: () =>
      discord.modals.map((open) => ({
        id: `${open.user} ${open.modal.custom_id}`,
        hasFailed: false,
        close: () => void discord.modals.splice(discord.modals.indexOf(open), 1),
        send(reason) {
          const who = open.user === PEOPLE.ada.id ? 'ada' : 'grace';
          discord.submit(who, { text: reason }).catch(() => {}); // asked for again with a later look
        },
      })),
    translate: (message, divisor) => inDiscord(message, divisor, { asksFeedback: true }),
    posts({ thread }, keys) {
      const byMark = new Map(keys.map((key) => [markOf(key), key]));
      const outage = markOf(OUTAGE_KEY);
      return inThread(thread)
        .filter(({ components }) => components[0]?.id !== outage)
        .map((message) => ({
          key: byMark.get(message.components[0]?.id ?? -1) ?? '',
          text: words(message),
          isSame: (payload) => JSON.stringify(message.components) === JSON.stringify(payload.components),
        }));
    },
    marks({ channel, thread }, { reaction }) {
      const { on, name } = reaction as { on: string; name: string };
      const message = guild.messages.get(on);
      const isThere = message?.channel_id === (on === thread ? channel : thread);
      return { found: isThere ? [...(message?.reactions ?? [])] : [], wanted: name };
    },
    disturb(chance, count) {
      discord.disturb = (method, path) => {
        if (!/^\/channels\/\d+\/messages/.test(path) || method === 'GET') return undefined;
        if (chance.is(0.01)) return count('Discord 503', 503);
        return chance.is(0.015) ? count('Discord answer dropped', 'drop' as const) : undefined;
      };
    },
    calm() {
      discord.disturb = () => undefined;
    },
    /** Every third time what was connected can't be resumed. */
    cut: () => discord.gateway.disconnect(++cuts % 3 === 0),
    close: () => discord.close(),
  };
}
