import { ConfigError } from '../lib/config-error.ts';
import { explain } from './faults.ts';
import { type Config, type Readable, readSettings, type Settings } from './load.ts';
import { type PlatformSettings, variablesOf } from './platform-settings.ts';
import { missingFor, type Role, rolesOf, standInFor } from './roles.ts';
import { isGuessable } from './shapes.ts';
import type { Environment } from './substitute.ts';

/**
 * What the command line, the environment and the config file come to: all that is wrong with them, or a
 * config.
 */
export type Checked = {
  /** None, where the command line names others. */
  roles: ReadonlySet<Role>;
  warnings: readonly string[];
  readable: Readable;
} & ({ config: Config; faults?: undefined } | { config?: undefined; faults: readonly string[] });

/** Reads all settings at once, so that what is wrong is told together. Loads nothing but what that takes. */
export function checkSettings(
  words: readonly string[],
  environment: Environment,
  directory: string,
  platforms: readonly PlatformSettings[],
): Checked {
  const read = readSettings(environment, directory, platforms);
  const named = readRoles(words);
  const standIn = named instanceof ConfigError ? undefined : standInFor(named, platforms, read);
  const readable = standIn === undefined ? read : standingIn(read, standIn);
  const { config, faults, warnings, nearMisses } = readable;
  const missing = named instanceof ConfigError ? named.faults : missingFor(named, platforms, readable);
  // What is missing because its name is misspelt is one fault, not two.
  // And what makes it look as if nobody had set up a platform.
  const ofPlatforms = standIn === undefined ? {} : variablesOf(platforms);
  const misspelt = nearMisses.filter(
    ({ meant }) => meant in ofPlatforms || missing.some((line) => line.includes(meant)),
  );
  const { ENCRYPTION_KEY: key } = readable.secrets;
  const all = [
    ...faults,
    ...(key !== undefined && isGuessable(key)
      ? [explain('ENCRYPTION_KEY', 'is too easily guessed: it repeats or counts up')]
      : []),
    ...missing.filter((line) => !nearMisses.some(({ meant }) => line.includes(meant))),
    ...misspelt.filter(({ text }) => !faults.includes(text)).map(({ text }) => text),
  ];
  const told = nearMisses
    .filter((miss) => !miss.isCertain && !misspelt.includes(miss))
    .map(({ text }) => text);
  const roles = named instanceof ConfigError ? new Set<Role>() : named;
  const unusual = platforms.flatMap((platform) => platform.warnings?.(readable.secrets) ?? []);
  const known = { roles, readable, warnings: [...warnings, ...told, ...unusual] };
  return config === undefined || all.length > 0 ? { ...known, faults: all } : { ...known, config };
}

/** The settings with a platform in them that nobody has set up, and that is there because no other one is. */
function standingIn(read: Settings, { name, standIn }: PlatformSettings): Settings {
  const withIt = <File extends Pick<Config, 'platforms'>>(file: File | undefined): File | undefined =>
    file && {
      ...file,
      platforms: { ...file.platforms, [name]: { ...file.platforms[name], ...standIn } },
    };
  return { ...read, config: withIt(read.config), file: withIt(read.file) };
}

function readRoles(words: readonly string[]): ReadonlySet<Role> | ConfigError {
  try {
    return rolesOf(words);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
