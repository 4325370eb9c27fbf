import type { z } from 'zod';
import type { Variable } from './secrets.ts';
import type { Look } from './shapes.ts';

/** What the configuration is told of a platform: what can be set, and what that comes to. */
export type PlatformSettings<Settings extends z.ZodObject = z.ZodObject, Name extends string = string> = {
  /** As threads are addressed; its settings stand below it in the config file. */
  name: string;
  /** In people's words. */
  title: string;
  settings: Settings;
  variables: Readonly<Record<Name, Variable>>;
  /**
   * What ids of its workspaces look like, and those of the channels in them; left out by one where there are
   * no channels besides that of a thread.
   */
  places?: { workspace: RegExp; channel: RegExp };
  /** What tokens of the platform look like, for one that was set in another's place. */
  looks: readonly Look[];
  /** What has to be set at least, and where it is explained: `X_TOKEN (docs/X.md)`. */
  leastSettings: string;
  /** Whether somebody has begun to set it up; undefined where what says so is wrong itself. */
  isBegun(read: ReadPlatform<z.infer<Settings>, Name>): boolean | undefined;
  /** The workspaces that its settings name as those that may use the bot; none where they name none. */
  names?(settings: z.infer<Settings>): readonly string[];
  /** What one that somebody has begun to set up may lack. `isAlone`: there is no other one. */
  needs(read: ReadPlatform<z.infer<Settings>, Name>, isAlone: boolean): PlatformNeeds;
  /** Whether the bot is to connect to it, where nothing is missing. */
  isConfigured(configured: Configured<z.infer<Settings>, Name>): boolean;
  /**
   * The settings with which it is there where nobody has set up any platform and one process has all roles;
   * left out by one that is never there by itself.
   */
  standIn?: Readonly<Partial<z.infer<Settings>>>;
  /**
   * Whether it tells who uses it what the bot was not given, as they are who can mend it: that keeps nothing
   * from starting where there is no other platform.
   */
  tellsWhatIsMissing?(read: ReadPlatform<z.infer<Settings>, Name>): boolean;
  /** What is worth telling of values that are taken. */
  warnings?(secrets: Partial<Record<Name, string | undefined>>): string[];
};

/** What of a platform's settings could be read, also where something else is wrong with them. */
export type ReadPlatform<Settings = Record<string, unknown>, Name extends string = string> = {
  /**
   * With defaults in the place of what is wrong; undefined where there is no config file that can be read.
   */
  settings: Settings | undefined;
  /** The values that look right. */
  secrets: Partial<Record<Name, string | undefined>>;
  /** Whether one of its settings in the config file is wrong. */
  isWrong(setting: keyof Settings & string): boolean;
  /** Whether a variable has a value, right or wrong. */
  has(variable: string): boolean;
};

/** What a platform is connected with. */
export type Configured<Settings = Record<string, unknown>, Name extends string = string> = {
  settings: Settings;
  secrets: Partial<Record<Name, string | undefined>>;
};

export type PlatformNeeds = {
  /** Settings that don't go together, a line each. */
  faults: readonly string[];
  /** Variables that it takes, and why. */
  needs: readonly (readonly [name: string, because: string])[];
};

/** The variables of platforms, by name. */
export const variablesOf = (platforms: readonly PlatformSettings[]): Record<string, Variable> =>
  Object.fromEntries(platforms.flatMap(({ variables }) => Object.entries(variables)));
