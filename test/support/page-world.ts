import { afterEach } from 'vitest';
import type { Role } from '../../src/config/roles.ts';
import type { ModelScript } from '../doubles/model.ts';
import type { BackendName } from './backends.ts';
import { freePort } from './free-port.ts';
import { PageClient } from './page-client.ts';
import { until } from './until.ts';
import { World, type WorldOptions } from './world.ts';

type Options = Partial<WorldOptions> & { backend?: BackendName | 'shared'; isStarted?: boolean };

/** The real bot with its page alone, among doubles of everything it talks to. */
export class PageWorld {
  readonly world: World;
  readonly port: number;
  readonly #clients: PageClient[] = [];

  private constructor(world: World, port: number) {
    this.world = world;
    this.port = port;
  }

  static async create(script: ModelScript, { backend = 'shared', ...options }: Options): Promise<PageWorld> {
    const world = await World.create(backend, { script, ...options });
    const port = await freePort();
    const { config } = world;
    config.secrets = { ...config.secrets, SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined };
    config.platforms.page = { enabled: true, port, host: '127.0.0.1' };
    return new PageWorld(world, port);
  }

  async start(roles?: readonly Role[]): Promise<void> {
    const before = this.world.announced.length;
    await this.world.startOn(() => this.world.announced.length > before, roles);
  }

  /** A browser that has signed in, with the newest address. */
  async browser(): Promise<PageClient> {
    const client = new PageClient(this.port);
    await client.enter(this.address());
    this.#clients.push(client);
    return client;
  }

  /** The newest address at which a browser can sign in. */
  address(): string {
    return /http:\S+/.exec(this.world.announced.at(-1) ?? '')?.[0] ?? '';
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.breakOff();
    await this.world.close();
  }
}

/** Waits until a browser shows a text. */
export const seen = (client: PageClient, text: string): Promise<unknown> =>
  until(
    () => `"${text}"; there is: ${client.shows()}`,
    () => client.shows().includes(text),
  );

/** For a file of tests: gives what makes a world with the page; after its test it is closed. */
export function usePage(): (script: ModelScript, options?: Options) => Promise<PageWorld> {
  let open: PageWorld | undefined;
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });
  return async (script, options = {}) => {
    open = await PageWorld.create(script, options);
    if (options.isStarted ?? true) await open.start();
    return open;
  };
}
