import { randomBytes } from 'node:crypto';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { type Running, start } from '../../src/app/start.ts';
import type { Role } from '../../src/config/roles.ts';
import type { PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { type Clock, randomIds } from '../../src/lib/clock.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { type ModelDouble, type ModelScript, startModelDouble } from '../doubles/model.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import type { SlackMessage } from '../doubles/slack/workspace.ts';
import { type Backend, type BackendName, createBackend } from './backends.ts';
import { hasty, type MovableClock, movable } from './clocks.ts';
import { freePort } from './free-port.ts';
import { loadConfig, type TestConfig } from './load-config.ts';
import { lentParseApart } from './parse-apart.ts';
import { ROOT } from './root.ts';
import { until } from './until.ts';
import { webAt } from './web.ts';

export type WorldOptions = {
  script: ModelScript;
  mode?: 'socket' | 'http';
  approvers?: string[];
  /** Changes the config before the bot starts. */
  configure?: (config: TestConfig) => void;
  /** Factor on Slack's rate limits; wide by default, because most tests are about something else. */
  rateScale?: number;
  /** Waits before Slack delivers again what was not acknowledged; none is a Slack that gives up at once. */
  retryWaitsMs?: readonly number[];
  environment?: Record<string, string>;
  /** Characters in a chunk of the model's stream. */
  chunkSize?: number;
  /** Time between two of them. */
  chunkMs?: number;
};

/** The real bot among doubles of everything it talks to. */
export class World {
  readonly slack: SlackDouble;
  readonly model: ModelDouble;
  readonly hub: HubDouble;
  readonly backend: Backend;
  readonly config: TestConfig;
  /** What whoever has started the bot was told on the terminal. */
  readonly announced: string[] = [];
  #running: Running[] = [];
  #clocks: MovableClock[] = [];
  #ahead = 0;

  private constructor(
    slack: SlackDouble,
    model: ModelDouble,
    hub: HubDouble,
    backend: Backend,
    config: TestConfig,
  ) {
    this.slack = slack;
    this.model = model;
    this.hub = hub;
    this.backend = backend;
    this.config = config;
  }

  static async create(backendName: BackendName | 'shared', options: WorldOptions): Promise<World> {
    const [slack, hub, model, backend] = await Promise.all([
      SlackDouble.start({
        rateScale: options.rateScale ?? 20,
        ...(options.retryWaitsMs ? { retryWaitsMs: options.retryWaitsMs } : {}),
      }),
      HubDouble.start(),
      startModelDouble(options.script, {
        ...(options.chunkSize ? { chunkSize: options.chunkSize } : {}),
        ...(options.chunkMs ? { chunkMs: options.chunkMs } : {}),
      }),
      createBackend(backendName),
    ]);
    const environment = environmentFor(
      { slack, hub, model, backend },
      options.mode ?? 'socket',
      await freePort(),
    );
    const config = loadConfig({ ...environment, ...options.environment }, ROOT);
    config.web = webAt(hub.url);
    config.mcp_servers = {};
    config.platforms.slack.host = '127.0.0.1';
    config.platforms.slack.rate_factor = options.rateScale ?? 20;
    config.access.hello = false; // each test would see it
    if (options.approvers) config.approvals.approvers = options.approvers;
    options.configure?.(config);
    return new World(slack, model, hub, backend, config);
  }

  async start(roles: readonly Role[] = ['chat', 'worker']): Promise<void> {
    await this.#start(roles);
    if (this.config.platforms.slack.mode === 'http') {
      const url = `http://127.0.0.1:${this.config.platforms.slack.port}/slack/events`;
      this.slack.useHttp(url, this.config.secrets.SLACK_SIGNING_SECRET ?? '');
    } else await until('the bot is connected', () => this.slack.connections > 0);
  }

  /** Starts one more process that listens, as it were: on storage that several may open. */
  async another(isConnected = () => this.slack.connections > 1): Promise<void> {
    await this.#start(['chat']);
    await until('the other one is connected', isConnected);
  }

  /** Starts it, and waits until it is connected to another platform than Slack. */
  async startOn(
    isConnected: () => boolean,
    roles: readonly Role[] = ['chat', 'worker'],
    platforms?: readonly PlatformDefinition[],
  ): Promise<void> {
    await this.#start(roles, platforms);
    await until('the bot is connected', isConnected);
  }

  async #start(roles: readonly Role[], platforms?: readonly PlatformDefinition[]): Promise<void> {
    const { openStorage } = this.backend;
    const timed = (record: Clock) => {
      const clock = movable(hasty(record, 100));
      clock.advance(this.#ahead);
      this.#clocks.push(clock);
      return clock;
    };
    const announce = (line: string) => void this.announced.push(line);
    const own = { timed, ids: randomIds, openStorage, announce, apart: lentParseApart };
    const seams = { ...own, platforms: platforms ?? PLATFORMS };
    this.#running.push(await start(this.config, new Set(roles), seams));
  }

  /** Moves the bot’s clock forward, as if it had not run meanwhile; a restart moves nothing back. */
  advance(ms: number): void {
    this.#ahead += ms;
    for (const clock of this.#clocks) clock.advance(ms);
  }

  /** The bot’s time, as far as it was moved forward. */
  now(): number {
    return Date.now() + this.#ahead;
  }

  /** Sets the record’s clock forward or back: how long something lasts is not changed by that. */
  setClock(ms: number): void {
    for (const clock of this.#clocks) clock.set(ms);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((running) => running.stop()));
    this.#clocks = [];
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([this.slack.close(), this.hub.close(), this.model.close()]);
    await this.backend.remove();
  }

  thread(first: SlackMessage): SlackMessage[] {
    return this.slack.workspace.thread(first.channel, first.thread_ts ?? first.ts);
  }

  /** The bot's messages of a thread, in order. */
  replies(first: SlackMessage): SlackMessage[] {
    return this.thread(first).filter((message) => message.bot_id !== undefined && message.ts !== first.ts);
  }

  /** Waits for a message of the bot whose text or blocks contain `text`. */
  reply(first: SlackMessage, text: string): Promise<SlackMessage> {
    return until(
      () => `a reply with "${text}"; there is: ${this.describe(first)}`,
      () => this.replies(first).find((message) => shown(message).includes(text)),
    );
  }

  describe(first: SlackMessage): string {
    return this.replies(first).map(shown).join('\n---\n');
  }
}

/** Everything that a message shows, as text. */
export function shown(message: SlackMessage): string {
  return `${message.text}\n${JSON.stringify(message.blocks ?? [])}`;
}

function environmentFor(
  {
    slack,
    hub,
    model,
    backend,
  }: { slack: SlackDouble; hub: HubDouble; model: ModelDouble; backend: Backend },
  mode: 'socket' | 'http',
  port: number,
): Record<string, string | undefined> {
  const secret = randomBytes(16).toString('hex');
  return {
    SLACK_BOT_TOKEN: `xoxb-${secret}`,
    SLACK_APP_TOKEN: `xapp-${secret}`,
    SLACK_SIGNING_SECRET: secret,
    SLACK_MODE: mode,
    PORT: String(port),
    SLACK_API_URL: slack.apiUrl,
    HF_TOKEN: `hf_${randomBytes(16).toString('hex')}`,
    HF_ENDPOINT: hub.url,
    HF_DATASETS_SERVER: hub.url,
    MODEL_ID: 'scripted/model',
    MODEL_BASE_URL: model.baseUrl,
    JOB_POLL_SECONDS: '0.5',
    LEASE_SECONDS: '3',
    SWEEP_SECONDS: '0.5',
    HAND_OVER_SECONDS: '0.5',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    DATA_DIR: backend.settings.dataDir,
    ML_INTERN_QUEUE_PREFIX: `test-${secret}`,
    DATABASE_URL: backend.settings.databaseUrl ?? '',
    REDIS_URL: backend.settings.redisUrl ?? '',
  };
}
