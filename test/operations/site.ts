import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { DiscordDouble } from '../doubles/discord/server.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelDouble, type ModelScript, startModelDouble } from '../doubles/model.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';
import { type Service, startPooler, startPostgres, startRedis } from '../support/services.ts';
import { until } from '../support/until.ts';
import { Bot, type BotOptions, TIMEOUT_MS } from './bot.ts';

/** Servers that situations share, as long as they leave them as they are. */
export type Shared = { postgres: Service; redis: Service };

type Environment = Record<string, string>;

/**
 * Where one situation takes place: platforms, model and Hub of its own, the bot's processes, and servers: the
 * shared ones (a database and a prefix of its own in them), or such as it may break. All is cleared away
 * after it.
 */
export class Site {
  readonly slack: SlackDouble;
  readonly model: ModelDouble;
  readonly hub: HubDouble;
  /** What every process is told: platform, model, Hub, and a queue prefix of this situation. No database. */
  readonly environment: Readonly<Environment>;
  readonly #shared: Shared;
  readonly #bots: Bot[] = [];
  readonly #clearing: (() => unknown)[] = [];

  private constructor(
    shared: Shared,
    slack: SlackDouble,
    model: ModelDouble,
    hub: HubDouble,
    rateScale: number,
  ) {
    this.#shared = shared;
    this.slack = slack;
    this.model = model;
    this.hub = hub;
    this.environment = { ...environmentFor(slack, model, hub), SLACK_RATE_FACTOR: `${rateScale}` };
  }

  /** `rateScale`: how many times as wide Slack's limits are, and the bot is told so. */
  static async open(shared: Shared, rateScale = 20): Promise<Site> {
    const [slack, model, hub] = await Promise.all([
      SlackDouble.start({ rateScale }),
      startModelDouble(() => ({ text: 'Aye.' })),
      HubDouble.start(),
    ]);
    return new Site(shared, slack, model, hub, rateScale);
  }

  /** Starts a process of the bot. Without a database among its environment it has an embedded one. */
  bot(environment: Readonly<Environment> = {}, options: BotOptions = {}): Bot {
    const bot = new Bot({ DATA_DIR: '.data', ...this.environment, ...environment }, options);
    this.#bots.push(bot);
    return bot;
  }

  /** Starts one, and waits until it has started; several seconds on a machine that is busy. */
  async started(environment: Readonly<Environment> = {}, options: BotOptions = {}): Promise<Bot> {
    const bot = this.bot(environment, options);
    await until(
      () => `the start of the bot; ${bot.describe()}`,
      () => bot.lines('started').length > 0 || !bot.isRunning,
      TIMEOUT_MS,
    );
    if (!bot.isRunning) throw new Error(`the bot did not start; ${bot.describe()}`);
    return bot;
  }

  /** A new, empty database on the shared server: its URL. */
  async database(): Promise<string> {
    const name = `site_${randomBytes(6).toString('hex')}`;
    await onServer(this.#shared.postgres.url, `create database ${name}`);
    this.onClear(() => onServer(this.#shared.postgres.url, `drop database if exists ${name} with (force)`));
    return inDatabase(this.#shared.postgres.url, name);
  }

  /** The shared Redis. Processes of a situation have a prefix of their own on it. */
  get redisUrl(): string {
    return this.#shared.redis.url;
  }

  /** The shared server, to put a pooler before it. */
  get postgres(): Service {
    return this.#shared.postgres;
  }

  /** A Postgres of this situation's own, with these lines of postgresql.conf. */
  async ownPostgres(settings: readonly string[] = []): Promise<Service> {
    return this.#owned(await startPostgres(settings));
  }

  async ownRedis(options: readonly string[] = []): Promise<Service> {
    return this.#owned(await startRedis(options));
  }

  /** A PgBouncer before a server, e.g. with `pool_mode = transaction`. */
  async pooler(behind: Service, settings: readonly string[]): Promise<Service> {
    return this.#owned(await startPooler(behind, settings));
  }

  async discord(): Promise<DiscordDouble> {
    const discord = await DiscordDouble.start({ rateScale: 20 });
    this.onClear(() => discord.close());
    return discord;
  }

  /** An empty folder. */
  folder(): string {
    const directory = mkdtempSync(join(FAST_FOLDER, 'ml-intern-site-'));
    this.onClear(() => rmSync(directory, { recursive: true, force: true }));
    return directory;
  }

  /** Ada asks something in a channel. */
  ask(text: string): SlackMessage {
    return this.slack.mention('U0ADA', 'C0ML', text);
  }

  /** What the bot shows in the thread of a message. */
  shown(first: SlackMessage): string {
    return this.slack.workspace
      .thread(first.channel, first.ts)
      .filter((message) => message.bot_id !== undefined)
      .map((message) => `${message.text}\n${JSON.stringify(message.blocks ?? [])}`)
      .join('\n---\n');
  }

  /** Waits until the thread shows a text. */
  async shows(first: SlackMessage, text: string, timeoutMs = TIMEOUT_MS): Promise<void> {
    await until(
      () => `"${text}" in the thread, which shows: ${this.shown(first)}\n${this.describe()}`,
      () => this.shown(first).includes(text),
      timeoutMs,
    );
  }

  /** Asks, and waits for the model's answer to be shown: all of the bot works. */
  async answers(script?: ModelScript): Promise<SlackMessage> {
    const word = `Aye ${randomBytes(4).toString('hex')}.`;
    this.model.script = script ?? (() => ({ text: word }));
    const asked = this.ask('are you there?');
    await this.shows(asked, script ? 'Aye' : word);
    return asked;
  }

  describe(): string {
    return this.#bots.map((bot) => bot.describe()).join('\n');
  }

  /** Is called when the situation is over, the last one first. */
  onClear(clear: () => unknown): void {
    this.#clearing.unshift(clear);
  }

  async close(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.remove()));
    for (const clear of this.#clearing) await clear();
    await Promise.all([this.slack.close(), this.model.close(), this.hub.close()]);
  }

  #owned(service: Service): Service {
    this.onClear(() => service.stop());
    return service;
  }
}

/** The same server's URL for another database. */
export function inDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}

/** Runs one statement, and returns its rows. */
export async function onServer(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function environmentFor(slack: SlackDouble, model: ModelDouble, hub: HubDouble): Environment {
  const secret = randomBytes(12).toString('hex');
  return {
    SLACK_BOT_TOKEN: `xoxb-${secret}`,
    SLACK_APP_TOKEN: `xapp-${secret}`,
    SLACK_API_URL: slack.apiUrl,
    HF_TOKEN: `hf_${secret}${secret}`,
    HF_ENDPOINT: hub.url,
    HF_DATASETS_SERVER: hub.url,
    HF_MCP: 'false',
    MODEL_ID: 'scripted/model',
    MODEL_BASE_URL: model.baseUrl,
    ML_INTERN_QUEUE_PREFIX: `site-${secret}`,
    HOST: '127.0.0.1',
  };
}
