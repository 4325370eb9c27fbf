import { afterEach } from 'vitest';
import { PageSettings } from '../../adapters/web/settings.ts';
import type { Role } from '../../src/config/roles.ts';
import type { ModelScript } from '../doubles/model.ts';
import type { BackendName } from './backends.ts';
import { freePort } from './free-port.ts';
import { PageClient } from './page-client.ts';
import { until } from './until.ts';
import { World, type WorldOptions } from './world.ts';

type Options = Partial<WorldOptions> & {
  backend?: BackendName | 'shared';
  isStarted?: boolean;
  /** Settings of the page besides those that it needs. */
  page?: (port: number, world: World) => Partial<PageSettings>;
};

/** The real bot with its page alone, among doubles of everything it talks to. */
export class PageWorld {
  readonly world: World;
  readonly port: number;
  readonly #clients: PageClient[] = [];

  private constructor(world: World, port: number) {
    this.world = world;
    this.port = port;
  }

  static async create(
    script: ModelScript,
    { backend = 'shared', page = () => ({}), ...options }: Options,
  ): Promise<PageWorld> {
    const world = await World.create(backend, { script, ...options });
    const port = await freePort();
    const { config } = world;
    config.secrets = { ...config.secrets, SLACK_BOT_TOKEN: undefined, SLACK_APP_TOKEN: undefined };
    config.platforms.page = PageSettings.parse({
      enabled: true,
      port,
      hub_url: world.hub.url,
      ...page(port, world),
    });
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

  /** A browser in which somebody has signed in with their name on the Hub. */
  async browserOf(name: string): Promise<PageClient> {
    const client = new PageClient(this.port);
    this.world.hub.oauth.visitor = { name };
    await client.signIn();
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

/** Settings of a page that these people use, each as themselves. */
export const sharedBy =
  (...people: string[]): Options['page'] & {} =>
  (port, { hub }) => {
    const url = `http://127.0.0.1:${port}`;
    hub.oauth.apps.push({ id: 'the-app', secret: undefined, redirectUris: [`${url}/page/signed-in`] });
    return { url, oauth_client_id: 'the-app', people };
  };

/** The page beside what a world has: sets it, before that starts, and gives what opens browsers on it. */
export async function pageBeside(world: World, page: Options['page'] & {}) {
  const port = await freePort();
  const own = { enabled: true, port, hub_url: world.hub.url, ...page(port, world) };
  world.config.platforms.page = PageSettings.parse(own);
  return {
    port,
    async browserOf(name: string): Promise<PageClient> {
      const client = new PageClient(port);
      world.hub.oauth.visitor = { name };
      await client.signIn();
      return client;
    },
  };
}
