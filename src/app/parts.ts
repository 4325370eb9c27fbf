import type { ChannelRulesStore } from '../access/channel-rules.ts';
import type { Config } from '../config/load.ts';
import type { Lack, SetUp } from '../controller/platform.ts';
import type { PlatformDefinition } from '../controller/platform-definition.ts';
import type { Storage } from '../db/storage.ts';
import type { Clock, Ids } from '../lib/clock.ts';
import type { Health } from '../lib/health.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Logger } from '../lib/log.ts';
import type { Tokens } from '../lib/tokens.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { Engine } from '../runtime/engine.ts';
import type { Renders } from '../runtime/renders.ts';
import type { Turns } from '../runtime/turns.ts';
import type { Tool } from '../tools/tool.ts';

/**
 * What every role of a process is made of. Time and identity are the system's, unless a test decides them.
 */
export type Parts = {
  clock: Clock;
  ids: Ids;
  config: Config;
  /** All that there are: a session may be of one that this process does not connect to. */
  platforms: readonly PlatformDefinition[];
  storage: Storage;
  engine: Engine;
  log: Logger;
  isolation: Isolation;
  turns: Turns;
  renders: Renders;
  channelRules: ChannelRulesStore;
  health: Health;
  tokens: Tokens;
  /** Reads what others made. */
  apart: ParseApart;
  /** What stands in for tools of the agent, by their names. */
  standIns: Readonly<Record<string, Tool>>;
  /** What the bot was not given, for platforms that tell who uses them. */
  lacks: readonly Lack[];
  /** Takes what is lacking, where nobody but whoever runs the bot is there to give it. */
  setUp: SetUp | undefined;
  /** What platforms keep while the program starts anew in this process. */
  carried: Map<string, string>;
  /** Tells whoever has started the program a line, on its terminal alone. */
  announce(line: string): void;
};
