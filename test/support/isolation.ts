import { systemClock } from '../../src/lib/clock.ts';
import { createIsolation } from '../../src/lib/isolation.ts';
import { createLogger } from '../../src/lib/log.ts';

/** Where a test is not about what goes wrong with one of many. */
export const ISOLATION = createIsolation(
  createLogger('silent', (text) => text),
  systemClock,
);
