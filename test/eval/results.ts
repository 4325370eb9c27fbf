import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256Of } from '../../src/lib/hash.ts';
import { ROOT } from '../support/root.ts';
import { Misuse } from './misuse.ts';

const count = z.number().int().nonnegative();

/** A grader that was not content with a run. */
const Failure = z.object({ grader: z.string(), expected: z.string(), happened: z.string() });
export type Failure = z.infer<typeof Failure>;

/** What came of playing a task once. */
export const Result = z.object({
  passed: z.boolean(),
  failures: z.array(Failure),
  modelCalls: count,
  toolCalls: count,
  inputTokens: count,
  outputTokens: count,
  /** In USD; missing where prices are not known. */
  usd: z.number().nonnegative().optional(),
  seconds: z.number().nonnegative(),
});
export type Result = z.infer<typeof Result>;

const Measured = z.object({ name: z.string(), runs: z.array(Result).min(1) });
export type Measured = z.infer<typeof Measured>;

/** A measurement, as `--json` writes it and `--compare` reads it. */
export const Measurement = z.object({
  format: z.literal(1),
  model: z.string(),
  at: z.string(),
  /** Hashes of what the agent is told, so that two measurements can be told apart. */
  told: z.object({ prompts: z.string(), tools: z.string() }),
  tasks: z.array(Measured).min(1),
});
export type Measurement = z.infer<typeof Measurement>;

/** What is told to models now: the prompts of these settings, and the descriptions of tools. */
export const toldNow = (...prompts: readonly string[]): Measurement['told'] => ({
  prompts: short(prompts.join('\n')),
  tools: short(readFileSync(join(ROOT, 'docs/TOOLS.md'), 'utf8')),
});

const short = (text: string): string => sha256Of(Buffer.from(text)).slice(0, 12);

/** Throws Misuse where the file can't be written; without a measurement it only tries whether it can. */
export function writeMeasurement(file: string, measurement: Measurement | undefined): void {
  try {
    writeFileSync(file, measurement === undefined ? '' : `${JSON.stringify(measurement, undefined, 2)}\n`, {
      flag: measurement === undefined ? 'a' : 'w',
    });
  } catch (error) {
    throw new Misuse(`--json: ${file} can't be written (${codeOf(error)}).`);
  }
}

/** Throws Misuse where there is none in a file. */
export function readMeasurement(file: string): Measurement {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Misuse(`--compare: ${file} can't be read (${codeOf(error)}).`);
  }
  const parsed = Measurement.safeParse(jsonOf(text));
  if (!parsed.success) throw new Misuse(`--compare: ${file} is no measurement that --json has written.`);
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
