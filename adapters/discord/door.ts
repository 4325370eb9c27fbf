import { type Client, DiscordAPIError, Events, type REST, Routes } from 'discord.js';
import type { Clock } from '../../src/lib/clock.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import type { Logger } from '../../src/lib/log.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import { createDoor, type Door } from '../shared/door.ts';
import { DIRECT } from './outbound.ts';
import { PUBLIC_WITHOUT_LIST } from './probe.ts';

type DoorDeps = {
  client: Client;
  /** The guilds that the config names; with none they are all that the bot is in. */
  named: readonly string[];
  /** Asks for members of guilds. */
  rest: REST;
  clock: Pick<Clock, 'monotonic'>;
  log: Logger;
};

/** Whoever leaves a guild should not be let in for long. */
const MEMBER_KEPT_MS = 60_000;
const KEPT = 20_000;

/** Which guilds may use the bot, and who may write to it outside of them. */
export function guildDoor({ client, named, rest, clock, log }: DoorDeps): Door {
  const isAllowed = (guild: string): boolean =>
    client.guilds.cache.has(guild) && (named.length === 0 || named.includes(guild));
  const known = new Map<string, { shares: boolean; until: number }>();

  async function sharesGuild(person: string): Promise<boolean> {
    refuseInTransaction(() => 'a look-up of somebody’s servers on Discord');
    const kept = known.get(person);
    if (kept !== undefined && kept.until > clock.monotonic()) return kept.shares;
    const shares = await isInOne(rest, [...client.guilds.cache.keys()].filter(isAllowed), person);
    if (known.size >= KEPT) known.clear();
    known.set(person, { shares, until: clock.monotonic() + MEMBER_KEPT_MS });
    return shares;
  }

  const outside = {
    workspace: DIRECT,
    refusal: async ({ id }: { id: string }) => ((await sharesGuild(id)) ? undefined : NO_SHARED_GUILD),
  };
  const door = createDoor({ isAllowed, workspaceName: 'server', warning: NOT_NAMED, outside }, clock, log);
  client.on(Events.GuildCreate, ({ id }) => {
    if (!isAllowed(id)) door.noted(id);
  });
  client.on(Events.ClientReady, ({ guilds }) => {
    for (const id of guilds.cache.keys()) if (!isAllowed(id)) door.noted(id);
  });
  return door;
}

const NOT_NAMED = 'the bot is in a server that discord.allowed_guilds does not name; it does nothing there';

const NO_SHARED_GUILD = 'I only answer direct messages of people who are in a server that I am set up for.';

/** Throws where somebody is in none that answered, and another one could not be asked. */
async function isInOne(rest: REST, guilds: readonly string[], person: string): Promise<boolean> {
  let trouble: unknown;
  for (const guild of guilds) {
    try {
      await rest.get(Routes.guildMember(guild, person));
      return true;
    } catch (error) {
      const isNone = error instanceof DiscordAPIError && (error.status === 404 || error.status === 403);
      if (!isNone) trouble = error;
    }
  }
  if (trouble !== undefined) throw trouble;
  return false;
}

/** Throws ConfigError where anybody may add the bot to a guild, and nobody has said which may use it. */
export async function refuseOpenBot(client: Client<true>, named: readonly string[]): Promise<void> {
  if (named.length > 0) return;
  const { botPublic } = await client.application.fetch();
  if (botPublic !== false) throw new ConfigError(PUBLIC_WITHOUT_LIST);
}
