import { inComponents as inDiscord } from '../../adapters/discord/components.ts';
import { markOf } from '../../adapters/discord/ids.ts';
import { seenOf } from '../../src/controller/actions.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import { OUTAGE_KEY } from '../../src/thread/delivery/outage.ts';
import type { Outgoing, Reaction } from '../../src/thread/delivery/outgoing.ts';
import type { Standing, ViewMessage } from '../../src/thread/view/view-message.ts';
import { flat } from '../doubles/discord/components.ts';
import { CHANNELS, type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import { DiscordDouble } from '../doubles/discord/server.ts';
import type { Card, Count, Dialog, Ground, Post, ThreadRef } from './ground.ts';
import type { Chance } from './random.ts';

/**
 * Discord under attack: calls fail, and answers are cut. It delivers nothing twice by itself, but every
 * process of the bot is told of everything.
 */
export class DiscordGround implements Ground {
  readonly environment: Record<string, string>;
  readonly #discord: DiscordDouble;
  #cuts = 0;

  private constructor(discord: DiscordDouble) {
    this.#discord = discord;
    this.environment = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: `${discord.url}/api` };
  }

  static async start(): Promise<DiscordGround> {
    return new DiscordGround(await DiscordDouble.start({ rateScale: 8 }));
  }

  readonly translate = (message: ViewMessage, divisor: number): readonly Outgoing[] =>
    inDiscord(message, divisor, { asksFeedback: true });

  isConnected(): boolean {
    return this.#discord.gateway.connections > 0;
  }

  ask(text: string, chance: Chance, thread?: ThreadRef): ThreadRef {
    const message = thread
      ? this.#discord.say('ada', thread.id, text)
      : this.#discord.mention('ada', chance.pick([CHANNELS.ml, CHANNELS.ops]), text);
    if (chance.is(0.15)) this.#discord.deliver(message);
    return thread ?? { channel: message.channel_id, id: message.id };
  }

  said({ id }: ThreadRef): string[] {
    return this.#inThread(id).map(words);
  }

  answers({ id }: ThreadRef): string[] {
    return this.#inThread(id)
      .filter(({ components }) => flat(components).some((part) => part.custom_id?.startsWith('feedback|')))
      .map(words);
  }

  open({ id }: ThreadRef): Card[] {
    return this.#inThread(id).flatMap((card) => {
      const button = flat(card.components).find((part) => part.custom_id?.startsWith('approve|c_'));
      const callId = seenOf(button?.custom_id?.split('|')[1] ?? '')?.toolCallId;
      const click: Card['click'] = (who, verdict) => this.#discord.click(who, card, `${verdict}|c_`);
      return callId === undefined ? [] : [{ callId, click }];
    });
  }

  dialogs(): Dialog[] {
    const { modals } = this.#discord;
    return modals.map((open) => ({
      id: `${open.user} ${open.modal.custom_id}`,
      hasFailed: false,
      close: () => void modals.splice(modals.indexOf(open), 1),
      send: (reason) => {
        const who = open.user === PEOPLE.ada.id ? 'ada' : 'grace';
        this.#discord.submit(who, { text: reason }).catch(() => {}); // asked for again with a later look
      },
    }));
  }

  posts({ thread }: ThreadAddress, keys: readonly string[]): Post[] {
    const byMark = new Map(keys.map((key) => [markOf(key), key]));
    const outage = markOf(OUTAGE_KEY);
    return this.#inThread(thread)
      .filter(({ components }) => components[0]?.id !== outage)
      .map((message) => ({
        key: byMark.get(message.components[0]?.id ?? -1) ?? '',
        text: words(message),
        isSame: (outgoing) =>
          outgoing.kind === 'message' &&
          JSON.stringify(message.components) === JSON.stringify(outgoing.body.components),
      }));
  }

  reactions({ channel, thread }: ThreadAddress, { on }: Reaction): string[] {
    const message = this.#discord.guild.messages.get(on);
    const isThere = message?.channel_id === (on === thread ? channel : thread);
    return isThere ? [...(message?.reactions ?? [])] : [];
  }

  standings({ thread }: ThreadAddress): readonly Standing[] {
    return this.#discord.isTyping(thread) ? ['working'] : ['waiting', 'idle', 'closed'];
  }

  disturb(chance: Chance, count: Count): void {
    this.#discord.disturb = (method, path) => {
      if (!/^\/channels\/\d+\/messages/.test(path) || method === 'GET') return undefined;
      if (chance.is(0.01)) return count('Discord 503', 503);
      return chance.is(0.015) ? count('Discord answer dropped', 'drop' as const) : undefined;
    };
  }

  calm(): void {
    this.#discord.disturb = () => undefined;
  }

  /** Every third time what was connected can't be resumed. */
  cut(): void {
    this.#discord.gateway.disconnect(++this.#cuts % 3 === 0);
  }

  close(): Promise<void> {
    return this.#discord.close();
  }

  #inThread(id: string): DiscordMessage[] {
    return this.#discord.guild.in(id).filter(({ author }) => author.bot);
  }
}

const words = (message: DiscordMessage) =>
  [message.content, ...flat(message.components).map(({ content }) => content ?? '')].join('\n');
