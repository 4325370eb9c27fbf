import { type Logger, pino } from 'pino';
import type { Redactor } from './redaction.ts';

export type { Logger } from 'pino';

/** One JSON line a record on standard output; every line has passed the redactor. */
export function createLogger(level: string, redact: Redactor): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: withoutParameters } },
    { write: (line: string) => void process.stdout.write(redact(line)) },
  );
}

/** A failed query's error carries the values of its parameters, which are people's words: its cause tells enough. */
function withoutParameters(error: unknown): unknown {
  const isQuery = error instanceof Error && 'params' in error && error.cause instanceof Error;
  return pino.stdSerializers.err((isQuery ? error.cause : error) as Error);
}
