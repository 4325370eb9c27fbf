import { ConfigError } from '../lib/config-error.ts';
import { explain } from './faults.ts';
import type { Config, Readable } from './load.ts';
import {
  type Configured,
  type PlatformNeeds,
  type PlatformSettings,
  type ReadPlatform,
  variablesOf,
} from './platform-settings.ts';

/** `chat` talks to people and keeps threads up to date; `worker` runs the agent. One process may do both. */
export type Role = 'chat' | 'worker';

/** The roles that the command line names; none is both. Throws ConfigError for a word that is no role. */
export function rolesOf(words: readonly string[]): ReadonlySet<Role> {
  const wrong = words.find((word) => word !== 'chat' && word !== 'worker');
  if (wrong !== undefined)
    throw new ConfigError(`"${wrong}" is no role. The roles are chat and worker; none is both.`);
  return new Set(words.length === 0 ? ['chat', 'worker'] : (words as Role[]));
}

type ReadFile = Pick<Readable, 'file' | 'secrets' | 'isWrong' | 'has'>;

/** What of all that could be read is a platform's. */
export const readPlatform = ({ name }: PlatformSettings, read: ReadFile): ReadPlatform => ({
  settings: read.file?.platforms[name],
  secrets: read.secrets,
  isWrong: (setting) => read.isWrong(`${name}.${setting}`),
  has: read.has,
});

/** A config as what could be read: all of it, and nothing was wrong. */
export const wholly = (config: Config): ReadFile => ({
  file: config,
  secrets: config.secrets,
  isWrong: () => false,
  has: (name) => config.secrets[name] !== undefined,
});

/** What a platform is connected with. */
export const configuredPlatform = ({ name }: PlatformSettings, config: Config): Configured => ({
  settings: config.platforms[name] ?? {},
  secrets: config.secrets,
});

/** What the roles asked for need and don't have, a line each. */
export function missingFor(
  roles: ReadonlySet<Role>,
  platforms: readonly PlatformSettings[],
  read: ReadFile,
): string[] {
  const { has } = read;
  const chat = roles.has('chat') ? neededByChat(platforms, read) : NOTHING;
  const needs = [
    ...chat.needs,
    ...(roles.has('worker') && !isToldWhatIsMissing(platforms, read)
      ? [['HF_TOKEN', 'the worker needs it'] as const]
      : []),
    ...(has('DATABASE_DIRECT_URL') ? [['DATABASE_URL', 'DATABASE_DIRECT_URL is'] as const] : []),
  ];
  const variables = variablesOf(platforms);
  const missing = needs.filter(([name]) => !has(name));
  return [
    ...chat.faults,
    ...withoutAccount(platforms, read),
    ...missing.map(([name, because]) => explain(name, `is not set, but ${because}`, variables)),
  ];
}

/** Whether a platform tells whoever runs the bot, and nobody else, what it was not given. */
export const tellsWhatIsMissing = (platform: PlatformSettings, file: ReadFile): boolean =>
  platform.tellsWhatIsMissing?.(readPlatform(platform, file)) ?? false;

/** Whether all who use the bot are told by their platform what it was not given. */
function isToldWhatIsMissing(platforms: readonly PlatformSettings[], file: ReadFile): boolean {
  const begun = platforms.filter((platform) => platform.isBegun(readPlatform(platform, file)));
  return begun.length > 0 && begun.every((platform) => tellsWhatIsMissing(platform, file));
}

/**
 * The platform that is there by itself, where one process has all roles and nobody has set up another one.
 */
export function standInFor(
  roles: ReadonlySet<Role>,
  platforms: readonly PlatformSettings[],
  read: ReadFile,
): PlatformSettings | undefined {
  if (!roles.has('chat') || !roles.has('worker')) return undefined;
  const isUntouched = platforms.every((platform) => platform.isBegun(readPlatform(platform, read)) === false);
  return isUntouched ? platforms.find(({ standIn }) => standIn !== undefined) : undefined;
}

/**
 * Where a platform's settings name several workspaces, each says whose account it works with: none uses
 * another's by accident.
 */
function withoutAccount(platforms: readonly PlatformSettings[], { file }: ReadFile): string[] {
  if (file === undefined) return [];
  const { accounts, shared_account: sharing } = file;
  return platforms.flatMap(({ name, names }) => {
    const named = names?.(file.platforms[name] ?? {}) ?? [];
    if (named.length < 2) return [];
    const left = named.filter((id) => !Object.hasOwn(accounts, id) && !sharing.includes(id));
    return left.map(
      (id) =>
        `accounts names no account of Hugging Face for ${id}, which ${name} may be used in: give it one, or name it in shared_account (HF_TOKEN_SHARED_WITH) to have it use HF_TOKEN.`,
    );
  });
}

const NOTHING: PlatformNeeds = { faults: [], needs: [] };

/** What platforms lack that somebody has begun to set up; where that is none of them, one. */
function neededByChat(platforms: readonly PlatformSettings[], file: ReadFile): PlatformNeeds {
  const all = platforms.map((platform) => {
    const read = readPlatform(platform, file);
    return { platform, read, isBegun: platform.isBegun(read) };
  });
  if (all.every(({ isBegun }) => isBegun === false)) return { faults: [noChat(platforms)], needs: [] };
  const begun = all.filter(({ isBegun }) => isBegun);
  const found = begun.map(({ platform, read }) => platform.needs(read, begun.length === 1));
  return { faults: found.flatMap(({ faults }) => faults), needs: found.flatMap(({ needs }) => needs) };
}

/**
 * The platforms to connect to; undefined where the roles are without chat. Throws ConfigError where something
 * is missing that the roles need.
 */
export function platformsFor<P extends PlatformSettings>(
  config: Config,
  roles: ReadonlySet<Role>,
  platforms: readonly P[],
): readonly P[] | undefined {
  const missing = missingFor(roles, platforms, wholly(config));
  if (missing.length > 0) throw new ConfigError(missing);
  if (!roles.has('chat')) return undefined;
  return platforms.filter((platform) => platform.isConfigured(configuredPlatform(platform, config)));
}

const noChat = (platforms: readonly PlatformSettings[]): string =>
  `No chat is configured: set ${platforms.map(({ leastSettings }) => leastSettings).join(', or ')}. To see the bot at work without any token, run: npm run demo`;
