import { callsOf } from '../../adapters/slack/actions.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { OUTAGE_KEY } from '../../src/thread/delivery/outage.ts';
import type { Outgoing, Reaction } from '../../src/thread/delivery/outgoing.ts';
import type { Standing } from '../../src/thread/view/view-message.ts';
import { parseBlocks } from '../doubles/slack/rules.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { inSlack } from '../support/slack-view.ts';
import type { Card, Count, Dialog, Ground, Post, ThreadRef } from './ground.ts';
import type { Chance } from './random.ts';

const STANDINGS: Readonly<Record<string, Standing>> = {
  processing: 'working',
  suspended: 'waiting',
  active: 'idle',
  closed: 'closed',
};

/** Slack under attack: deliveries are lost or made twice, calls fail, and answers are cut. */
export class SlackGround implements Ground {
  readonly environment: Record<string, string>;
  readonly translate = inSlack;
  readonly #slack: SlackDouble;

  private constructor(slack: SlackDouble) {
    this.#slack = slack;
    this.environment = {
      SLACK_API_URL: slack.apiUrl,
      SLACK_RATE_FACTOR: '8',
      SLACK_BOT_TOKEN: 'xoxb-chaos-chaos-chaos',
      SLACK_APP_TOKEN: 'xapp-chaos-chaos-chaos',
    };
  }

  static async start(): Promise<SlackGround> {
    return new SlackGround(await SlackDouble.start({ rateScale: 8 }));
  }

  isConnected(): boolean {
    return this.#slack.connections > 0;
  }

  ask(text: string, chance: Chance, thread?: ThreadRef): ThreadRef {
    const message = thread
      ? this.#slack.say('U0ADA', thread.channel, text, thread.id)
      : this.#slack.mention('U0ADA', chance.pick(['C0ML', 'C0OPS']), text);
    if (chance.is(0.15)) this.#slack.deliverMessage(message);
    return thread ?? { channel: message.channel, id: message.ts };
  }

  said(thread: ThreadRef): string[] {
    return this.#inThread(thread).map(({ text }) => text);
  }

  answers(thread: ThreadRef): string[] {
    return this.#inThread(thread)
      .filter(({ blocks }) => parseBlocks(blocks).some(({ type }) => type === 'context_actions'))
      .map(({ text }) => text);
  }

  open(thread: ThreadRef): Card[] {
    return this.#inThread(thread).flatMap((card) => {
      const button = parseBlocks(card.blocks)
        .flatMap((block) => (block.type === 'actions' ? block.elements : []))
        .find((element) => element.action_id === 'approve');
      const callId = button?.type === 'button' ? callsOf(button.value ?? '')[0]?.toolCallId : undefined;
      const click: Card['click'] = (who, verdict) =>
        this.#slack.click(who === 'ada' ? 'U0ADA' : 'U0GRACE', card, verdict);
      return callId === undefined ? [] : [{ callId, click }];
    });
  }

  dialogs(): Dialog[] {
    const { dialogs } = this.#slack;
    return dialogs.open.map((dialog) => ({
      id: dialog.id,
      hasFailed: dialog.errors !== undefined,
      close: () => dialogs.close(dialog),
      send: (reason) => void this.#slack.sendOff(dialog, reason).catch(() => {}), // sent again with a later look
    }));
  }

  posts({ channel, thread }: ThreadAddress): Post[] {
    return (
      this.#inThread({ channel, id: thread })
        // Said without the record, while it was away: whoever said so may have died before taking it back.
        .filter((message) => message.metadata?.event_payload.key !== OUTAGE_KEY)
        .map((message) => ({
          key: String(message.metadata?.event_payload.key ?? ''),
          text: message.text,
          isSame: (outgoing) => isSame(message, outgoing),
        }))
    );
  }

  reactions({ channel }: ThreadAddress, { on }: Reaction): string[] {
    return [...(this.#slack.workspace.find(channel, on)?.reactions ?? [])];
  }

  standings({ channel, thread }: ThreadAddress): Standing[] {
    const shown = STANDINGS[this.#slack.standing({ channel, ts: thread }) ?? ''];
    return shown === undefined ? [] : [shown];
  }

  disturb(chance: Chance, count: Count): void {
    this.#slack.loses = () => chance.is(0.05) && count('delivery lost', true);
    this.#slack.disturb = (method) => {
      if (!/^(?:chat|agents)\.|^conversations\.replies$/.test(method)) return undefined;
      if (chance.is(0.01)) return count('Slack 429', 429);
      if (chance.is(0.01)) return count('Slack 503', 503);
      return chance.is(0.015) ? count('Slack answer dropped', 'drop' as const) : undefined;
    };
  }

  calm(): void {
    this.#slack.disturb = () => undefined;
    this.#slack.loses = () => false;
  }

  cut(): void {
    this.#slack.disconnect();
  }

  close(): Promise<void> {
    return this.#slack.close();
  }

  #inThread({ channel, id }: ThreadRef): SlackMessage[] {
    return this.#slack.workspace.thread(channel, id).filter((message) => message.bot_id !== undefined);
  }
}

const isSame = (post: SlackMessage, outgoing: Outgoing) =>
  outgoing.kind === 'message' &&
  post.text === outgoing.body.text &&
  JSON.stringify(post.blocks) === JSON.stringify(outgoing.body.blocks);
