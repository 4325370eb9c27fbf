import type { HubJobs } from '../hub/jobs.ts';
import { withRetries } from '../hub/retry.ts';
import { createBreath } from '../lib/breath.ts';
import { messageOf } from '../lib/errors.ts';
import { withoutAnsi } from '../lib/output.ts';
import type { Redaction } from '../lib/redaction.ts';
import { MAX_FILE_BYTES, type NewFile, uniqueName } from '../session/store/files.ts';
import type { Watch } from '../session/watches.ts';
import {
  curveAlt,
  curveText,
  curveTitle,
  logNotRead,
  logTitle,
  nothingPrinted,
  tooFewLosses,
} from '../thread/words/jobs.ts';
import { lineCount } from './report.ts';

/** Fewer values are better read than drawn. */
const LEAST_LOSSES = 6;

type Made = { ok: true; file: NewFile; text: string } | { ok: false; reason: string };

/** The picture of a job's losses, where it has printed enough of them. */
export async function curveFile(watch: Watch, id: string): Promise<Made> {
  const { progress } = watch.snapshot;
  if (progress === undefined || progress.losses.length < LEAST_LOSSES) {
    return { ok: false, reason: tooFewLosses(watch) };
  }
  const { lossCurve } = await import('./curve.ts'); // half a second of loading, for few sessions
  const title = curveTitle(watch);
  const file = {
    id,
    name: uniqueName(`loss-${watch.jobId}.png`, id),
    bytes: await lossCurve(title, progress),
    alt: curveAlt(watch, progress),
  };
  return { ok: true, file, text: curveText(watch, progress) };
}

/**
 * Everything a job has printed so far, without terminal codes and secrets; of a very long log the newest
 * part.
 */
export async function logFile(
  jobs: Pick<HubJobs, 'logs'>,
  watch: Watch,
  id: string,
  redaction: Redaction,
  signal: AbortSignal,
): Promise<Made> {
  const { namespace, jobId } = watch;
  try {
    const log = await withRetries(() => jobs.logs(namespace, jobId, signal), signal);
    if (log.lines.length === 0) return { ok: false, reason: nothingPrinted(watch) };
    const { bytes, isCut } = newest(await redaction.long(await plainText(log.lines)));
    const file = { id, name: uniqueName(`job-${jobId}.log`, id), bytes };
    const lines = lineCount(log.lines.length + log.leftOut);
    const newestMb = isCut || log.leftOut > 0 ? MAX_FILE_BYTES / 1e6 : undefined;
    return { ok: true, file, text: logTitle(watch, { lines, newestMb }) };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, reason: logNotRead(watch, messageOf(error)) };
  }
}

/** A log may have as many lines as a job likes: others have their turn in between. */
async function plainText(lines: readonly string[]): Promise<string> {
  const breathe = createBreath();
  const plain: string[] = [];
  for (const line of lines) {
    plain.push(withoutAnsi(line));
    await breathe();
  }
  return plain.join('\n');
}

/** As much of a log's end as is kept, from the beginning of a line on. */
function newest(text: string): { bytes: Uint8Array; isCut: boolean } {
  const all = Buffer.from(text);
  if (all.length <= MAX_FILE_BYTES) return { bytes: all, isCut: false };
  const cut = all.subarray(-MAX_FILE_BYTES);
  const line = cut.indexOf(LF) + 1;
  return { bytes: cut.subarray(line), isCut: true };
}

const LF = 0x0a;
