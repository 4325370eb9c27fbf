import { writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';
import { parsedJson } from './json.ts';
import { logContext } from './log-context.ts';
import type { Redaction, Redactor } from './redaction.ts';
import { createRepeats } from './repeats.ts';

export type { Logger } from 'pino';

export type LogOptions = {
  /** Whether `level` is written as a name ("warn") instead of pino's number (40). */
  hasLevelNames?: boolean;
  /** What the process does, e.g. `worker`. */
  role?: string;
};

/**
 * One JSON line a record on standard output, with process, host and role, and with session and turn where it
 * comes from one. Every line has passed the redaction, field by field: what is secret by its name is so here,
 * too. Warnings and errors that repeat are counted instead of printed.
 */
export function createLogger(
  level: string,
  redaction: Pick<Redaction, 'text' | 'value'> | Redactor,
  options: LogOptions = {},
): Logger {
  const { hasLevelNames, role } = options;
  const clean = typeof redaction === 'function' ? redaction : cleanerOf(redaction);
  const repeats = createRepeats();
  guardOutput();
  return pino(
    {
      level,
      base: { pid: process.pid, host: hostname(), ...(role ? { role } : {}) },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: withoutParameters },
      mixin: () => ({ ...logContext() }), // pino adds to it what the line has
      ...(hasLevelNames ? { formatters: { level: (label: string) => ({ level: label }) } } : {}),
      hooks: {
        logMethod(parts, method, severity) {
          if (severity < WARNING) return method.apply(this, parts);
          const [fields, text] = parts as unknown[];
          const isAdmitted = repeats.admits(lineOf(severity, fields, text), (repeated) =>
            method.apply(this, [{ ...asFields(fields), repeated }, messageOf(fields, text)]),
          );
          if (isAdmitted) method.apply(this, parts);
        },
      },
    },
    { write: (line: string) => print(clean(line)) },
  );
}

/** Of a line that is no JSON, as pino writes none, the text is looked at as it is. */
const cleanerOf = (redaction: Pick<Redaction, 'text' | 'value'>) => (line: string) => {
  const fields = parsedJson(line);
  return fields === undefined ? redaction.text(line) : `${JSON.stringify(redaction.value(fields))}\n`;
};

/** From this level on repeats are counted: pino's number for warnings. */
const WARNING = 40;

/** What lines are told apart by, besides their words. */
const SUBJECTS = ['session', 'queue', 'workspace', 'channel', 'server', 'watch', 'from', 'code'] as const;

function lineOf(level: number, fields: unknown, text: unknown) {
  const known: Record<string, unknown> = asFields(fields);
  const detail = known.error ?? known.detail;
  const error = known.err ?? (detail === undefined ? undefined : new Error(String(detail)));
  const context: Record<string, unknown> = logContext();
  const about = SUBJECTS.map((name) => known[name] ?? context[name]);
  return { level, message: messageOf(fields, text), about: [...about, error] };
}

function asFields(fields: unknown): Record<string, unknown> {
  if (fields instanceof Error) return { err: fields };
  return typeof fields === 'object' && fields !== null ? { ...fields } : {};
}

function messageOf(fields: unknown, text: unknown): string {
  if (typeof text === 'string') return text;
  if (typeof fields === 'string') return fields;
  return fields instanceof Error ? fields.message : '';
}

/**
 * Set once standard output has failed: its stream writes no more, though the disk that it leads to may have
 * room again.
 */
let hasFailed = false;
let isGuarded = false;

/**
 * Nobody may read any more, or the disk may be full: a process that can't say what it does goes on doing it.
 */
function guardOutput(): void {
  if (isGuarded) return;
  isGuarded = true;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {
      hasFailed = true;
    });
  }
}

function print(line: string): void {
  if (!hasFailed) return void process.stdout.write(line);
  try {
    writeSync(process.stdout.fd, line);
  } catch {
    // It is tried again with the next line.
  }
}

/**
 * A failed query's error carries the values of its parameters, which are people's words: its cause tells
 * enough.
 */
function withoutParameters(error: unknown): unknown {
  const isQuery = error instanceof Error && 'params' in error && error.cause instanceof Error;
  return pino.stdSerializers.err((isQuery ? error.cause : error) as Error);
}
