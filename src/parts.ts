import type { Config } from './config/load.ts';
import type { Storage } from './db/storage.ts';
import type { Clock, Ids } from './ops/clock.ts';
import type { Logger } from './ops/log.ts';
import type { Redactor } from './ops/redaction.ts';
import type { Engine } from './queue/engine.ts';
import type { Renders } from './queue/renders.ts';
import type { Turns } from './queue/turns.ts';
import type { ChannelRulesStore } from './session/channel-rules.ts';

/** What every role of a process is made of. Time and identity are the system's, unless a test decides them. */
export type Parts = {
  clock: Clock;
  ids: Ids;
  config: Config;
  storage: Storage;
  engine: Engine;
  log: Logger;
  redact: Redactor;
  turns: Turns;
  renders: Renders;
  channelRules: ChannelRulesStore;
};
