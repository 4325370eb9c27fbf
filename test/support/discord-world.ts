import { afterEach } from 'vitest';
import type { Role } from '../../src/config/roles.ts';
import { flat } from '../doubles/discord/components.ts';
import { type DiscordMessage, PEOPLE } from '../doubles/discord/guild.ts';
import { DiscordDouble } from '../doubles/discord/server.ts';
import type { ModelScript } from '../doubles/model.ts';
import type { BackendName } from './backends.ts';
import { until } from './until.ts';
import { World, type WorldOptions } from './world.ts';

type Options = Partial<WorldOptions> & { backend?: BackendName | 'shared'; isStarted?: boolean };

/** The real bot on Discord alone, among doubles of everything it talks to. */
export class DiscordWorld {
  readonly world: World;
  readonly discord: DiscordDouble;

  private constructor(world: World, discord: DiscordDouble) {
    this.world = world;
    this.discord = discord;
  }

  static async create(
    script: ModelScript,
    { backend = 'shared', ...options }: Options,
  ): Promise<DiscordWorld> {
    const discord = await DiscordDouble.start({ rateScale: options.rateScale ?? 20 });
    const world = await World.create(backend, { script, ...options });
    const { config } = world;
    config.secrets = { ...config.secrets, SLACK_BOT_TOKEN: undefined, DISCORD_TOKEN: discord.token };
    config.platforms.discord.api_url = `${discord.url}/api`;
    return new DiscordWorld(world, discord);
  }

  async start(roles?: readonly Role[]): Promise<void> {
    await this.world.startOn(() => this.discord.gateway.connections > 0, roles);
  }

  async close(): Promise<void> {
    await this.world.close();
    await this.discord.close();
  }

  /** The bot's messages in a thread or channel, in order. */
  replies(channel: string): DiscordMessage[] {
    return this.discord.guild.in(channel).filter(({ author }) => author.bot);
  }

  /**
   * Waits for a message of the bot that shows `text`. In a guild's channel, a thread has the id of its first
   * message.
   */
  reply(channel: string, text: string): Promise<DiscordMessage> {
    return until(
      () => `a reply with "${text}"; there is: ${this.describe(channel)}`,
      () => this.replies(channel).find((message) => shownOn(message).includes(text)),
    );
  }

  describe(channel: string): string {
    return this.replies(channel).map(shownOn).join('\n---\n');
  }

  /** Waits until somebody is told something in private. */
  told(person: keyof typeof PEOPLE, text: string) {
    const { id } = PEOPLE[person];
    return until(
      () => `${person} is told "${text}"; told was: ${JSON.stringify(this.discord.privates)}`,
      () => this.discord.privates.find((answer) => answer.user === id && answer.text.includes(text)),
    );
  }
}

/** Everything that a message shows, as text. */
export function shownOn({ content, components, attachments }: DiscordMessage): string {
  const parts = flat(components).map((part) => part.content ?? part.label ?? '');
  return [content, ...parts, ...attachments.map(({ filename }) => filename)].join('\n');
}

/** For a file of tests: gives what makes a world on Discord; after its test it is closed. */
export function useDiscord(
  remember: (world: DiscordWorld) => void,
): (script: ModelScript, options?: Options) => Promise<DiscordWorld> {
  let open: DiscordWorld | undefined;
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });
  return async (script, options = {}) => {
    open = await DiscordWorld.create(script, options);
    remember(open);
    if (options.isStarted ?? true) await open.start();
    return open;
  };
}
