import { secretsOf } from '../config/known-secrets.ts';
import type { Config } from '../config/load.ts';
import type { Role } from '../config/roles.ts';
import { type Health, serveHealth } from '../lib/health.ts';
import { createLogger, type Logger } from '../lib/log.ts';
import { createRedaction, type Redaction } from '../lib/redaction.ts';

/** What a process has from its first moment on, before anything heavy is loaded: a voice. */
export type Base = { redaction: Redaction; log: Logger; health: Health };

/** Throws ConfigError where the port for health can't be listened on. */
export async function createBase(config: Config, roles: ReadonlySet<Role>): Promise<Base> {
  const redaction = createRedaction(secretsOf(config));
  const log = createLogger(config.log_level, redaction, {
    hasLevelNames: config.log_level_names,
    role: [...roles].join('+'),
  });
  const health = await serveHealth(config.health, { roles: [...roles], pid: process.pid }, redaction.text);
  health.part('record', () => ({ state: 'starting' }));
  log.info({ roles: [...roles] }, 'starting');
  return { redaction, log, health };
}
