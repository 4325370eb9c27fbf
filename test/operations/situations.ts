import type { Situation } from './situation.ts';
import { DIRECTORY } from './situations/directory.ts';
import { HEALTH } from './situations/health.ts';
import { LINKS } from './situations/links.ts';
import { LOGS } from './situations/logs.ts';
import { MISTAKES } from './situations/mistakes.ts';
import { MODEST } from './situations/modest.ts';
import { NETWORK } from './situations/network.ts';
import { POOLERS } from './situations/poolers.ts';
import { QUEUES } from './situations/queues.ts';
import { RETRIES } from './situations/retries.ts';
import { SHUTDOWN } from './situations/shutdown.ts';
import { STARTS } from './situations/starts.ts';
import { STORAGE } from './situations/storage.ts';
import { TOKENS } from './situations/tokens.ts';
import { UNDER_WAY } from './situations/under-way.ts';

/** All of them. None is left out where a server that it needs is missing: it fails then. */
export const SITUATIONS: readonly Situation[] = [
  ...STORAGE,
  ...DIRECTORY,
  ...STARTS,
  ...MISTAKES,
  ...NETWORK,
  ...LINKS,
  ...POOLERS,
  ...QUEUES,
  ...RETRIES,
  ...SHUTDOWN,
  ...UNDER_WAY,
  ...HEALTH,
  ...LOGS,
  ...TOKENS,
  ...MODEST,
];
