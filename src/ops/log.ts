import { type Logger, pino } from 'pino';
import type { Redactor } from './redaction.ts';

export type { Logger } from 'pino';

/** One JSON line a record on standard output; every line has passed the redactor. */
export function createLogger(level: string, redact: Redactor): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void process.stdout.write(redact(line)) },
  );
}
