import type { z } from 'zod';
import type { Installations as KeptInstallations } from '../access/installations.ts';
import type { Configured, PlatformSettings, ReadPlatform } from '../config/platform-settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Address, HttpServer } from '../lib/http-server.ts';
import type { Logger } from '../lib/log.ts';
import type { Probe } from '../lib/probe.ts';
import type { Tokens } from '../lib/tokens.ts';
import type { Mentions } from '../session/mentions.ts';
import type { Board, BoardMessage, BoardNews, BoardPart, BoardThread } from '../session/store/boards.ts';
import type { Renewals } from '../session/store/renewals.ts';
import type { BytesOf } from '../thread/delivery/outgoing.ts';
import type { Platform } from './platform.ts';

export type { Board, BoardMessage, BoardNews, BoardPart, BoardThread, Renewals };

/**
 * A platform before it is connected to: what can be set, what is asked of it before the start, and how it is
 * connected to. Its module loads nothing heavy: what is wrong with the settings is told before that.
 */
export type PlatformDefinition<
  Settings extends z.ZodObject = z.ZodObject,
  Name extends string = string,
> = PlatformSettings<Settings, Name> & {
  /** How people and groups are called in text. */
  mentions: Mentions;
  /** Where it is to be reached over HTTP; undefined where it is not, or what says so is wrong. */
  listensAt?(read: ReadPlatform<z.infer<Settings>, Name>): Address | undefined;
  /** What has to answer before the start, as far as settings could be read. */
  probes(read: ReadPlatform<z.infer<Settings>, Name>): readonly Probe[];
  /** Done once the network is set up, and before any platform is connected to. */
  prepare?(): void;
  /** Loads its libraries and connects. Throws ConfigError where the platform refuses what was set. */
  connect(configured: Configured<z.infer<Settings>, Name>, parts: ConnectionParts): Promise<Platform>;
};

/** What a platform is connected with besides its settings. */
export type ConnectionParts = {
  clock: Clock;
  log: Logger;
  tokens: Tokens;
  /** The bytes of a file that a thread is to be shown. */
  bytesOf: BytesOf;
  /**
   * What is asked at `listensAt` goes to these; where several are to be reached, all are at the address of
   * the first.
   */
  serve: HttpServer['serve'];
  /** The address that all are served at; undefined where none is to be reached. */
  servedAt: Address | undefined;
  /** Threads in the record, for a platform that the program shows itself. */
  board: Board;
  /**
   * Tells whoever has started the program a line, on its terminal and nowhere else: what it says may be a
   * secret for them.
   */
  announce(line: string): void;
  /** What a platform keeps while the program starts anew in the same process, by names of its own. */
  carried: Map<string, string>;
  /** Throws ConfigError where nothing can be encrypted; `because` says who needs it. */
  installs(because: string): Installs;
};

/** What the bot was given where it was installed. */
export type Installations = Pick<KeptInstallations, 'save' | 'find' | 'workspaces'> & {
  /** Forgets what it was given in a workspace, and closes the sessions there; tells how many those are. */
  leave(platform: string, workspace: string): Promise<number>;
};

/** For a platform that people install the bot on, workspace by workspace. */
export type Installs = {
  installations: Installations;
  renewals: Renewals;
  /** Signs what travels through the platform and back while somebody installs the bot. */
  stateSecret: string;
};
